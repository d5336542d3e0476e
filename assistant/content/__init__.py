"""The clinic's content: loaded, validated, checked against its source and its signatures."""

"""A second procedure without code: from its document to a skeleton to curate."""

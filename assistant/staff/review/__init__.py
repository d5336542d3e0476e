"""The review loop: from what wasn't understood to better phrases."""

"""Finds, exports and erases what is stored of people."""

"""The answer book: all that the assistant says, for those who sign it."""

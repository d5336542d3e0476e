"""What staff use: answer book, report, review loop, privacy commands, new procedures."""

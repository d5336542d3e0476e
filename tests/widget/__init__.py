"""The widget in a real browser, against the real assistant."""

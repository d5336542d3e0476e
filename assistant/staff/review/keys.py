"""Reads keys and lines from the terminal."""

from __future__ import annotations

import sys
import termios
import tty


def read_key(prompt: str) -> str:
    """Waits for one key; without a terminal, for the first letter of a line.

    Args:
        prompt: What to show.

    Returns:
        The key in lower case; empty at the end of the input.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    print(prompt, end="", flush=True)
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()[:1].lower()
    settings = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        key = sys.stdin.read(1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
    print(key)
    return "" if key == "\x04" else key.lower()


def read_line(prompt: str) -> str:
    """Waits for a line.

    Args:
        prompt: What to show.

    Returns:
        The line without its end; empty at the end of the input.
    """
    print(prompt, end="", flush=True)
    return sys.stdin.readline().rstrip("\n")

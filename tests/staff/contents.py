"""Copies of the content that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.settings import PROJECT


def copy_of_the_content(folder: Path) -> tuple[Path, Path]:
    """Copies `content/` and `domain.yml`.

    Args:
        folder: Where to.

    Returns:
        Both copies.
    """
    shutil.copytree(PROJECT / "content", folder / "content")
    shutil.copy(PROJECT / "domain.yml", folder / "domain.yml")
    return folder / "content", folder / "domain.yml"

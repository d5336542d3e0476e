"""Self-contained HTML pages: one file, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent


def render(template: str, script: str = "", **values: Any) -> str:
    """Fills a page.

    Args:
        template: The template, relative to this folder; it may extend `page.html`.
        script: Its JavaScript; the page allows no other, whatever its texts hold.
        **values: What the template shows; all texts are escaped.

    Returns:
        The HTML.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template(template).render(
        **values,
        script=script,
        script_source=f"'sha256-{digest}'" if script else "'none'",
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
    )


def write_private(file: Path, text: str) -> None:
    """Writes a file that only its owner can read, in one step.

    Args:
        file: The file; it is replaced where it exists.
        text: Its content.

    Raises:
        OSError: It can't be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
        handle.write(text)
    new.replace(file)

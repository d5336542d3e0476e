"""What things weigh: files, installed packages, and what a page loads."""

from __future__ import annotations

import gzip
import importlib.metadata
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from assistant.settings import PROJECT


def size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(each.stat().st_size for each in files if each.is_file())


def installed(packages: Iterable[str]) -> int:
    """Bytes of packages and all that they need, by their own lists of files.

    Args:
        packages: Names of installed distributions.
    """
    seen: set[str] = set()
    waiting = list(packages)
    total = 0
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or Python
        files = (Path(str(file.locate())) for file in distribution.files or ())
        total += sum(file.stat().st_size for file in files if file.is_file())
        for required in map(Requirement, distribution.requires or ()):
            if required.marker is None or required.marker.evaluate({"extra": ""}):
                waiting.append(required.name)
    return total


def requirements() -> list[str]:
    """The assistant's own packages, as `requirements/run.in` names them."""
    lines = (PROJECT / "requirements" / "run.in").read_text().splitlines()
    return [Requirement(line.split("#")[0]).name for line in lines if line and line[0] != "#"]


def page_weight() -> dict[str, int]:
    """Bytes that a page loads for the widget, compressed: the launcher, and all of it once open."""
    files = {
        path.name: len(gzip.compress(path.read_bytes()))
        for path in (PROJECT / "widget" / "dist").glob("*.js")
    }
    return {"launcher": files["widget.js"], "open": sum(files.values())}

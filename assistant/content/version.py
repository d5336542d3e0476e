"""Which content a patient was answered from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from assistant.settings import PROJECT


def content_version(folder: Path, domain: Path = PROJECT / "domain.yml") -> str:
    """A short name of the content as it stands.

    It changes with every byte of a content file or an answer, so that a stored answer can be traced
    to the files it was made from.

    Args:
        folder: The folder `content/`.
        domain: The file with the answers.

    Returns:
        Twelve hexadecimal digits of a SHA-256 over the names and texts of the YAML files.
    """
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.yml")), domain]:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]

"""Which trained model fits the project as it stands, and whether its file is the one we built."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from assistant.settings import PROJECT, Settings

# Rasa caches what it has trained by the data and the configuration, not by our code.
_TRAINED_BY = ("assistant/nlu/**/*", "assistant/dialogue/*.py", "requirements/run.txt")
_TRAINED_FROM = ("config.yml", "domain.yml", "data/**/*.yml", "data/*.tsv", *_TRAINED_BY)
_RECORD = "trained.json"


class NoFittingModel(Exception):
    """There is no model for the data as they are, or its file was changed; says what to do."""


def fingerprint(patterns: tuple[str, ...] = _TRAINED_FROM) -> str:
    """Hashes files of the project.

    Args:
        patterns: Which files; all that a model is trained from where left out.

    Returns:
        One SHA-256 for their names and contents.
    """
    digest = hashlib.sha256()
    files = {path for pattern in patterns for path in PROJECT.glob(pattern)}
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(PROJECT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def fitting_model(settings: Settings) -> Path:
    """Finds the model for the data as they are.

    Model files are code to Rasa, so only the file whose hash was noted at training is loaded.

    Args:
        settings: With the models' folder.

    Returns:
        Path of the model's archive.

    Raises:
        NoFittingModel: It has to be trained (again).
    """
    record_file = settings.models / _RECORD
    if not record_file.exists():
        raise NoFittingModel("There is no trained model yet: make train")
    record = json.loads(record_file.read_text())
    if record["fingerprint"] != fingerprint():
        raise NoFittingModel("The model is older than the data: make train")
    model = settings.models / str(record["model"])
    if not model.exists() or _sha256(model) != record["sha256"]:
        raise NoFittingModel(f"{model.name} is missing or not as it was trained: make train")
    return model


def train(settings: Settings) -> Path:
    """Trains a model by Rasa's own command and notes its hash.

    Args:
        settings: With the models' folder.

    Returns:
        Path of the model's archive.

    Raises:
        NoFittingModel: The training failed; Rasa has printed why.
    """
    trained_from = fingerprint()
    name = f"assistant-{trained_from[:12]}"
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name]
    # Its validation is a test of ours with a reviewed list of warnings; here it is a flood of them.
    command += ["--out", str(settings.models), "--skip-validation"]
    trained_by = fingerprint(_TRAINED_BY)
    record_file = settings.models / _RECORD
    if record_file.exists() and json.loads(record_file.read_text()).get("trained_by") != trained_by:
        command += ["--force"]
    if subprocess.run(command, cwd=PROJECT).returncode != 0:
        raise NoFittingModel("The training failed; the lines above say why.")
    model = settings.models / f"{name}.tar.gz"
    record = {
        "fingerprint": trained_from,
        "trained_by": trained_by,
        "model": model.name,
        "sha256": _sha256(model),
    }
    record_file.write_text(json.dumps(record, indent=2) + "\n")
    return model


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()

"""Tries new phrases out: trains, tests and measures, and takes everything back where that fails."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.settings import PROJECT

Rates = Mapping[str, float]
"""Share of messages that are understood, by group."""


class TrialFailed(Exception):
    """A step failed, so nothing was kept; says which."""


@dataclass(frozen=True)
class Steps:
    """The commands of a trial; `{out}` stands for the file that the figures go to.

    Attributes:
        train: Trains the model if it doesn't fit the data.
        test: Runs the tests.
        evaluate: Measures the understanding.
    """

    train: Sequence[str] = (sys.executable, "-m", "assistant.launcher.train")
    test: Sequence[str] = (
        *(sys.executable, "-m", "pytest", "--numprocesses", "2", "--dist", "loadfile"),
    )
    evaluate: Sequence[str] = (
        *(sys.executable, "-m", "assistant.evaluation.evaluate", "--out", "{out}"),
    )


@dataclass
class Trial:
    """A change of files that stays only if the tests pass.

    Attributes:
        folder: The project.
        data: The folder whose files change.
        models: The folder of trained models.
        steps: The commands.
    """

    folder: Path = PROJECT
    data: Path = PROJECT / "data"
    models: Path = PROJECT / "models"
    steps: Steps = field(default_factory=Steps)

    @contextlib.contextmanager
    def kept_if_it_works(self) -> Iterator[None]:
        """Takes back what the block changed of data and models, unless it ends well.

        Yields:
            Nothing.
        """
        files = {path: path.read_bytes() for path in self._changing()}
        models = self._models()
        try:
            yield
        except BaseException:
            for path in (self._models() - models) | (self._changing() - files.keys()):
                path.unlink(missing_ok=True)
            for path, content in files.items():
                if not path.exists() or path.read_bytes() != content:
                    path.write_bytes(content)
            raise

    def train_and_test(self) -> None:
        """Trains on the data as they stand and runs the tests.

        Raises:
            TrialFailed: One of them failed.
        """
        self._run("Training", self.steps.train)
        self._run("Running the tests", self.steps.test)

    def measure(self) -> Rates:
        """Measures how well messages are understood.

        Returns:
            The rates.

        Raises:
            TrialFailed: There is no model, or nothing could be measured.
        """
        with tempfile.TemporaryDirectory(prefix="review-") as folder:
            out = Path(folder) / "figures.json"
            self._run("Training, if needed", self.steps.train)
            self._run(
                "Measuring", [each.replace("{out}", str(out)) for each in self.steps.evaluate]
            )
            groups = json.loads(out.read_text(encoding="utf-8"))["groups"]
        return {name: group["rate"] for name, group in groups.items() if "rate" in group}

    def _changing(self) -> set[Path]:
        """Files that a trial changes: phrases, and the record that names the model in use."""
        return {*self.data.rglob("*.yml"), *self.models.glob("*.json")}

    def _models(self) -> set[Path]:
        """Files that a training adds to: it never changes one that is there."""
        return {path for path in self.models.rglob("*") if path.is_file()}

    def _run(self, what: str, command: Sequence[str]) -> None:
        print(f"{what} …", flush=True)
        began = time.monotonic()
        code = subprocess.run(command, cwd=self.folder).returncode
        if code != 0:
            raise TrialFailed(f"{what} failed (exit code {code}).")
        print(f"{what}: done in {time.monotonic() - began:.0f} s", flush=True)


def compared(before: Rates, after: Rates) -> list[str]:
    """Sets the rates side by side.

    Args:
        before: Those without the new phrases.
        after: Those with them.

    Returns:
        One line per group, with the change in points.
    """
    return [
        f"{name:28} {100 * before[name]:5.1f} % → {100 * after[name]:5.1f} %"
        f"  ({100 * (after[name] - before[name]):+.1f})"
        for name in before
        if name in after
    ]

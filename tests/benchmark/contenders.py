"""What is held against each other: how each is trained, started, asked and weighed."""

from __future__ import annotations

import abc
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from assistant.evaluation.replies import Reply
from assistant.launcher.servers import quiet
from assistant.launcher.services import Service
from assistant.nlu.training_phrases import Phrase
from assistant.settings import PROJECT

FOLDER = PROJECT / "var" / "benchmark"
_RECORD = "trained-in.json"
_START_SECONDS = 600.0


class Unanswered(Exception):
    """A contender gave no answer, or says that it can't."""


class Conversation(Protocol):
    """One conversation with a contender."""

    async def say(self, text: str) -> Reply:
        """Sends a message.

        Args:
            text: The message.

        Returns:
            What came back, as the evaluation reads replies.

        Raises:
            Unanswered: Nothing usable came.
        """


@dataclass(frozen=True)
class Running:
    """A contender that runs.

    Attributes:
        services: Its processes; the first is the one that understands and answers.
        first_answer: Seconds from the start of all to the first answer.
    """

    services: Sequence[Service]
    first_answer: float

    @property
    def url(self) -> str:
        """Where it is asked."""
        return self.services[0].url

    def pids(self, *, alone: bool = False) -> list[int]:
        """Its process ids.

        Args:
            alone: Only that of the process that understands and answers.
        """
        services = self.services[:1] if alone else self.services
        return [each.process.pid for each in services if each.process]


class Contender(abc.ABC):
    """Something that a clinic could put up.

    Attributes:
        name: As the table names it.
        folder: Where it is made; depends on its name alone until `make` has written it.
    """

    name: str

    def __init__(self, phrases: Sequence[Phrase], folder: Path = FOLDER) -> None:
        """Takes the phrases that all are trained with, and where contenders are kept."""
        self._phrases = phrases
        self._contenders = folder
        self.folder = folder / self.slug

    @property
    @abc.abstractmethod
    def slug(self) -> str:
        """Name of its folder."""

    @abc.abstractmethod
    def write(self, folder: Path) -> None:
        """Writes all that it is trained from."""

    @abc.abstractmethod
    def training(self) -> Sequence[str]:
        """The command that trains it, in its folder."""

    @abc.abstractmethod
    def services(self) -> list[Service]:
        """Its processes, to be started; the one that answers first."""

    @abc.abstractmethod
    def parsing(self, texts: Path) -> Sequence[str]:
        """The command that times understanding alone, in its folder."""

    @abc.abstractmethod
    def conversation(self, http: aiohttp.ClientSession, url: str) -> Conversation:
        """Begins a conversation."""

    @abc.abstractmethod
    def model(self) -> Path:
        """The file of the trained model."""

    @abc.abstractmethod
    def installed(self) -> int:
        """Bytes of the packages that it needs."""

    def encoder(self) -> Path | None:
        """What the model needs beside its archive."""
        return None

    def train(self) -> float:
        """Trains it, unless that was done from the same files before.

        Returns:
            Seconds that the training took, now or then.

        Raises:
            subprocess.CalledProcessError: The training failed.
        """
        draft = self._contenders / f"{self.slug}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        self.write(draft)
        self.folder = self._contenders / f"{self.slug}-{_digest(draft)}"
        record = self.folder / _RECORD
        if record.exists():
            shutil.rmtree(draft)
            return float(json.loads(record.read_text())["seconds"])
        shutil.rmtree(self.folder, ignore_errors=True)
        draft.rename(self.folder)
        begun = time.monotonic()
        with (self.folder / "training.log").open("wb") as log:
            subprocess.run(
                self.training(),
                cwd=self.folder,
                env={**os.environ, **quiet()},
                check=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        seconds = time.monotonic() - begun
        record.write_text(json.dumps({"seconds": seconds}))
        return seconds

    @contextlib.contextmanager
    def running(self) -> Iterator[Running]:
        """Runs it while the block lasts.

        Yields:
            The running contender, which has answered a first question.
        """
        services = self.services()
        try:
            begun = time.monotonic()
            for service in services:
                service.launch()
            services[0].wait(_START_SECONDS)
            yield Running(services, time.monotonic() - begun)
        finally:
            for service in services:
                service.stop()

    def nlu_milliseconds(self, texts: Sequence[str]) -> list[float]:
        """Times understanding alone, in a process of its own on one core.

        Args:
            texts: What it is to understand.

        Returns:
            Milliseconds of each.
        """
        file = self.folder / "texts.json"
        file.write_text(json.dumps(texts))
        command = ["taskset", "-c", "0", *self.parsing(file)]
        done = subprocess.run(
            command, cwd=self.folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return [float(each) for each in json.loads(done.stdout.splitlines()[-1])]


def python(*command: str) -> list[str]:
    """A command of this Python."""
    return [sys.executable, *command]


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())

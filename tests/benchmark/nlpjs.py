"""nlp.js: what somebody would take for a light bot that answers frequent questions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import requests

from assistant.evaluation.labels import EMERGENCY, SAME_DAY
from assistant.evaluation.replies import FALLBACK, Reply, read_reply
from assistant.launcher.servers import free_port
from assistant.launcher.services import Service
from assistant.nlu.training_phrases import split_label
from tests.benchmark.contenders import Contender, Conversation, Unanswered
from tests.benchmark.weights import size

_SOURCE = Path(__file__).with_name("nlpjs")
_NONE = "None"  # what nlp.js calls not having understood


class NlpJs(Contender):
    """nlp.js as its own documentation shows it, behind a plain HTTP server."""

    name = "nlp.js"
    slug = "nlpjs"

    def write(self, folder: Path) -> None:
        """Writes the phrases beside the programs; see the base class."""
        for path in _SOURCE.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        phrases = [{"label": each.label, "text": each.text} for each in self._phrases]
        (folder / "phrases.json").write_text(json.dumps(phrases))

    def train(self) -> float:
        """Installs before it trains; the time is that of the training alone."""
        self.install()
        return super().train()

    def install(self) -> Path:
        """Installs nlp.js with its packages where they aren't.

        Returns:
            The folder of the packages, above those of all trainings, where Node looks for them.
        """
        folder = self._contenders / "node_modules"
        if not folder.exists():
            self._contenders.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(_SOURCE / name, self._contenders)
            command = ["npm", "ci", "--ignore-scripts", "--silent"]
            subprocess.run(command, cwd=self._contenders, check=True)
        return folder

    def training(self) -> Sequence[str]:
        """See the base class."""
        return ["node", "train.mjs", "phrases.json", "model.nlp"]

    def services(self) -> list[Service]:
        """See the base class."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        return [
            Service(
                self.name,
                url,
                ["node", "serve.mjs", "model.nlp", str(port)],
                lambda: bool(requests.post(url, json={"message": "does it hurt?"}, timeout=30).ok),
                log=self.folder / "run.log",
                folder=self.folder,
            )
        ]

    def parsing(self, texts: Path) -> Sequence[str]:
        """See the base class."""
        return ["node", "parse.mjs", "model.nlp", str(texts)]

    def conversation(self, http: aiohttp.ClientSession, url: str) -> Conversation:
        """See the base class."""
        return _Conversation(http, url)

    def model(self) -> Path:
        """See the base class."""
        return self.folder / "model.nlp"

    def installed(self) -> int:
        """See the base class."""
        return size(self.install())


class _Conversation:
    """nlp.js keeps nothing of a conversation that its answers would need."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def say(self, text: str) -> Reply:
        try:
            answer = await self._http.post(self._url, json={"message": text})
            intent = (await answer.json())["intent"]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unanswered(type(error).__name__) from error
        return read_reply([_as_web(intent)])


def _as_web(label: str) -> dict[str, object]:
    """The answer to an intent, in the form of the assistant's web channel."""
    intent, subject = split_label(label)
    alarm = intent in (EMERGENCY, SAME_DAY)
    kind = FALLBACK if label == _NONE else intent if alarm else "answer"
    topics = [] if alarm or label == _NONE else [intent]
    message = {"text": label, "kind": kind, "topics": topics, "subject": subject}
    return {**message, "choices": [], "asks": None}

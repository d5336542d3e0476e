"""This assistant as shipped: what `make run` starts, on its web channel and SQLite."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import requests

from assistant.evaluation.replies import REFUSED, Reply, read_reply
from assistant.launcher.servers import free_port, quiet
from assistant.launcher.services import Service
from assistant.nlu.training_phrases import read_phrases
from assistant.settings import PROJECT
from tests.benchmark.contenders import Contender, Conversation, Unanswered, python
from tests.benchmark.phrases import write_as_ours, write_messages
from tests.benchmark.weights import installed, requirements
from tests.conftest import UNLIMITED
from tests.production.visitors import deliver

_FOLDERS = ("actions", "assistant", "content", "migrations", "models/spacy", "widget")
_FILES = (
    *("alembic.ini", "config.yml", "credentials.yml", "domain.yml", "endpoints.yml"),
    *("data/rules.yml", "data/stories.yml", "requirements/run.txt"),
)


class Ours(Contender):
    """A copy of the project that is trained from nothing."""

    name = "this assistant"
    slug = "ours"

    def write(self, folder: Path) -> None:
        """Copies what it is trained from and runs by; see the base class."""
        for name in _FOLDERS:
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
        for name in _FILES:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
        write_as_ours(self._phrases, folder / "data")
        write_messages(len(self._phrases) / len(read_phrases(PROJECT / "data")), folder / "data")

    def training(self) -> Sequence[str]:
        """`make train`'s command, with no encoder there; see the base class."""
        return python("-m", "assistant.launcher.train")

    def services(self) -> list[Service]:
        """`make run`'s command; see the base class."""
        shutil.rmtree(self.folder / "var", ignore_errors=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        ports = {"PORT": str(port), "ACTION_PORT": str(free_port())}
        return [
            Service(
                self.name,
                url,
                python("-m", "assistant.launcher.run"),
                lambda: _says_something(url),
                environment={**os.environ, **quiet(), **UNLIMITED, **ports},
                log=self.folder / "run.log",
                folder=self.folder,
            )
        ]

    def parsing(self, texts: Path) -> Sequence[str]:
        """See the base class."""
        script = Path(__file__).with_name("parse.py")
        return python(str(script), str(self.model()), str(texts), "lean")

    def conversation(self, http: aiohttp.ClientSession, url: str) -> Conversation:
        """See the base class."""
        return _Conversation(http, url)

    def model(self) -> Path:
        """See the base class."""
        models = self.folder / "models"
        return models / str(json.loads((models / "trained.json").read_text())["model"])

    def encoder(self) -> Path | None:
        """The sentence encoder; see the base class."""
        return self.folder / "models" / "encoders"

    def installed(self) -> int:
        """See the base class."""
        return installed(requirements())


class _Conversation:
    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._token: str | None = None

    async def say(self, text: str) -> Reply:
        answer = await deliver(self._http, self._url, text, str(uuid.uuid4()), self._token)
        reply = answer.json
        if answer.status in (400, 413):
            return Reply(text=answer.body, kinds=(REFUSED,))
        if answer.status != 200 or not reply.get("messages"):
            raise Unanswered(f"{answer.status} {answer.body[:80]}")
        self._token = reply["conversation"]
        read = read_reply(reply["messages"])
        if "unavailable" in read.kinds:
            raise Unanswered(read.text)
        return read


def _says_something(url: str) -> bool:
    body = {"message": "does it hurt?", "id": str(uuid.uuid4())}
    answer = requests.post(f"{url}/webhooks/web/webhook", json=body, timeout=30)
    kinds = [message["kind"] for message in answer.json().get("messages", ())]
    return bool(kinds) and "unavailable" not in kinds

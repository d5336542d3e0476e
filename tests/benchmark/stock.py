"""Stock Rasa with the assistant's domain and phrases: `rasa init`'s defaults, and Rasa's floor."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import aiohttp
import requests
import yaml

from assistant.content.subjects import Subjects
from assistant.evaluation.labels import EMERGENCY, NOT_COVERED, SAME_DAY
from assistant.evaluation.replies import FALLBACK, Reply, read_reply
from assistant.launcher.servers import free_port, quiet
from assistant.launcher.services import Service
from assistant.nlu.training_phrases import Phrase
from assistant.settings import PROJECT
from tests.benchmark.contenders import Contender, Conversation, Unanswered, python
from tests.benchmark.phrases import write_as_stock
from tests.benchmark.weights import installed

_MODEL = "stock"
_ASKS = "utter_ask_screening_form_"
# Intents whose response has another name.
_RESPONSES = {
    "repeat": "utter_nothing_to_repeat",
    "restart_screening": "utter_start_again",
    "nlu_fallback": "utter_fallback",
}
# What a bot of keywords might listen for.
_KEYWORDS = {
    "what_is": ["what is"],
    "how_it_works": ["work"],
    "procedure_steps": ["happens", "steps"],
    "pain": ["hurt", "pain", "painful", "sting"],
    "duration": ["how long"],
    "sessions": ["how many", "sessions"],
    "recovery": ["recovery", "downtime"],
    "exercise": ["exercise", "run", "gym"],
    "results_timeline": ["results", "see"],
    "permanence": ["come back", "permanent"],
    "safety": ["safe"],
    "side_effects": ["side effects", "risks"],
    "candidacy": ["candidate"],
    "aftercare": ["after"],
    "not_covered": ["cost", "price", "insurance", "stockings"],
    "emergency": ["breathe", "chest"],
    "greet": ["hello", "hi"],
    "thanks": ["thanks"],
}


class Stock(Contender):
    """Stock Rasa on its REST channel and its SQL store on SQLite.

    The responses, the form, the actions and their server are the assistant's own; a rule for each
    intent says its response, as Rasa's documentation proposes for FAQs.
    """

    tracker_store: Mapping[str, str] | None = {"type": "SQL", "dialect": "sqlite"}

    def write(self, folder: Path) -> None:
        """Writes the project; see the base class."""
        (folder / "data").mkdir()
        self.write_phrases(folder / "data" / "nlu.yml")
        (folder / "config.yml").write_text(self.config())
        for name in ("rules.yml", "stories.yml"):
            shutil.copy(PROJECT / "data" / name, folder / "data" / name)
        domain = self.domain()
        _write(folder / "domain.yml", domain)
        _write(folder / "data" / "answers.yml", {"version": "3.1", "rules": _rules(domain)})

    def write_phrases(self, file: Path) -> None:
        """Writes what its NLU learns."""
        write_as_stock(self._phrases, file)

    def config(self) -> str:
        """The pipeline and policies."""
        raise NotImplementedError

    def domain(self) -> dict[str, Any]:
        """The assistant's domain, with one response for each subject."""
        domain = _domain()
        texts = domain["responses"].pop(f"utter_{NOT_COVERED}")
        for subject, about in Subjects.load(PROJECT / "content" / "subjects.yml").items():
            told = [{"text": each["text"].replace("{subject}", about.name)} for each in texts]
            domain["responses"][f"utter_{NOT_COVERED}/{subject}"] = told
        return domain

    def training(self) -> Sequence[str]:
        """See the base class."""
        return python("-m", "rasa", "train", "--fixed-model-name", _MODEL, "--skip-validation")

    def services(self) -> list[Service]:
        """Rasa's server and the assistant's action server; see the base class."""
        port, action_port = free_port(), free_port()
        url = f"http://127.0.0.1:{port}"
        self._write_endpoints(action_port)
        run = ["-m", "rasa", "run", "--model", str(self.model()), "--port", str(port)]
        run += ["--interface", "127.0.0.1", "--endpoints", "endpoints.yml"]
        run += ["--credentials", "credentials.yml"]
        environment = {**os.environ, **quiet()}
        return [
            Service(
                self.name,
                url,
                python(*run),
                lambda: _says_something(url),
                environment=environment,
                log=self.folder / "run.log",
                folder=self.folder,
            ),
            Service(
                f"action server of {self.name}",
                f"http://127.0.0.1:{action_port}",
                python("-m", "assistant.launcher.action_server", str(action_port)),
                lambda: True,
                environment=environment,
                log=self.folder / "actions.log",
                folder=PROJECT,
            ),
        ]

    def _write_endpoints(self, action_port: int) -> None:
        endpoints: dict[str, Any] = {
            "action_endpoint": {"url": f"http://127.0.0.1:{action_port}/webhook"}
        }
        if self.tracker_store:
            store = self.folder / "conversations.db"
            store.unlink(missing_ok=True)
            endpoints["tracker_store"] = {**self.tracker_store, "db": str(store)}
        _write(self.folder / "endpoints.yml", endpoints)
        (self.folder / "credentials.yml").write_text("rest:\n")

    def parsing(self, texts: Path) -> Sequence[str]:
        """See the base class."""
        script = Path(__file__).with_name("parse.py")
        return python(str(script), str(self.model()), str(texts))

    def conversation(self, http: aiohttp.ClientSession, url: str) -> Conversation:
        """See the base class."""
        return _Conversation(http, url, self._labels)

    @cached_property
    def _labels(self) -> dict[str, dict[str, Any]]:
        """Read once: reading the domain takes as long as many messages, on the same machine."""
        return _labels(self.domain()["responses"])

    def model(self) -> Path:
        """See the base class."""
        return self.folder / "models" / f"{_MODEL}.tar.gz"

    def installed(self) -> int:
        """See the base class."""
        return installed(["rasa"])


class Defaults(Stock):
    """The pipeline and policies that `rasa init` proposes: Rasa fills in what is left empty."""

    name = "`rasa init` defaults"
    slug = "defaults"

    def config(self) -> str:
        """See the base class."""
        return "recipe: default.v1\nassistant_id: defaults\nlanguage: en\npipeline:\npolicies:\n"


class DefaultsInMemory(Defaults):
    """The same with the store that Rasa takes where none is named: it forgets all at the end."""

    name = "`rasa init` defaults, in memory"
    tracker_store = None


class Floor(Stock):
    """What Rasa itself costs: next to nothing is understood, and rules answer."""

    name = "Rasa's floor"
    slug = "floor"

    def write_phrases(self, file: Path) -> None:
        """Keywords in place of phrases: each phrase would be searched for in each message."""
        words = [
            Phrase(word, intent, "keywords") for intent, its in _KEYWORDS.items() for word in its
        ]
        write_as_stock(words, file)

    def config(self) -> str:
        """See the base class."""
        return (
            "recipe: default.v1\nassistant_id: floor\nlanguage: en\n"
            "pipeline:\n- name: KeywordIntentClassifier\n  case_sensitive: false\n"
            "policies:\n- name: RulePolicy\n"
        )

    def domain(self) -> dict[str, Any]:
        """The assistant's domain as it is: keywords tell no subjects apart."""
        return _domain()


class _Conversation:
    def __init__(
        self, http: aiohttp.ClientSession, url: str, labels: Mapping[str, dict[str, Any]]
    ) -> None:
        self._http = http
        self._url = url
        self._labels = labels
        self._sender = uuid.uuid4().hex

    async def say(self, text: str) -> Reply:
        body = {"sender": self._sender, "message": text}
        try:
            answer = await self._http.post(f"{self._url}/webhooks/rest/webhook", json=body)
            messages = await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered(type(error).__name__) from error
        if messages is None:
            raise Unanswered(f"status {answer.status}")
        return read_reply([self._as_web(message) for message in messages])

    def _as_web(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message in the form of the assistant's web channel, which replies are read from."""
        text = message.get("text", "")
        label = self._labels.get(text, {})
        return {**_UNLABELLED, **label, "text": text}


_UNLABELLED: dict[str, Any] = {
    "kind": "answer",
    "topics": [],
    "subject": None,
    "choices": [],
    "asks": None,
}


def _labels(responses: Mapping[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """What each text answers: the text of a stock reply is all there is to tell by."""
    return {
        variation["text"]: _label(name.removeprefix("utter_"), variation)
        for name, variations in responses.items()
        for variation in variations
    }


def _label(name: str, variation: Mapping[str, Any]) -> dict[str, Any]:
    topic, _, subject = name.partition("/")
    if f"utter_{name}".startswith(_ASKS):
        return {"asks": name.removeprefix(_ASKS.removeprefix("utter_"))}
    if topic.startswith(EMERGENCY):
        return {"kind": EMERGENCY}
    if topic.startswith(SAME_DAY):
        return {"kind": SAME_DAY}
    if topic in ("fallback", "default"):
        return {"kind": FALLBACK}
    topics = variation.get("metadata", {}).get("topics", [topic])
    return {"topics": topics, "subject": subject or None}


def _domain() -> dict[str, Any]:
    """The assistant's domain; what only its own NLG fills in is put there at once."""
    text = re.sub(r"\{(?!subject)[a-z_]+\}", "the clinic", (PROJECT / "domain.yml").read_text())
    domain: dict[str, Any] = yaml.safe_load(text)
    for name, variations in domain["responses"].items():
        domain["responses"][name] = [each for each in variations if "channel" not in each]
    return domain


def _rules(domain: Mapping[str, Any]) -> list[dict[str, Any]]:
    said = {name.partition("/")[0] for name in domain["responses"]}
    rules = []
    for intent in [*domain["intents"], "nlu_fallback"]:
        response = _RESPONSES.get(intent, f"utter_{intent}")
        if response in said:
            steps = [{"intent": intent}, {"action": response}]
            rules.append({"rule": f"{intent} is answered", "steps": steps})
    return rules


def _write(file: Path, content: object) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000))


def _says_something(url: str) -> bool:
    body = {"sender": uuid.uuid4().hex, "message": "does it hurt?"}
    answer = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=30)
    return bool(answer.json())

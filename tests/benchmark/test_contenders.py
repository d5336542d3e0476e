"""Each kind of contender is really trained, started and asked, with few phrases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.evaluation.labels import Expected, Message
from assistant.evaluation.replies import FALLBACK, Reply
from assistant.nlu.training_phrases import Phrase, read_phrases
from assistant.settings import PROJECT
from tests.benchmark import measure as measuring
from tests.benchmark.contenders import Contender
from tests.benchmark.measure import measure
from tests.benchmark.nlpjs import NlpJs
from tests.benchmark.phrases import sample
from tests.benchmark.stock import Floor
from tests.production.visitors import http_session


def _phrases() -> list[Phrase]:
    return sample(read_phrases(PROJECT / "data"), 500)


def _replies(contender: Contender, *texts: str) -> list[Reply]:
    async def ask(url: str) -> list[Reply]:
        async with http_session() as http:
            return [await contender.conversation(http, url).say(text) for text in texts]

    contender.train()
    with contender.running() as running:
        return asyncio.run(ask(running.url))


def test_rasas_floor_answers_by_keywords_and_its_replies_are_read(tmp_path: Path) -> None:
    floor = Floor(_phrases(), tmp_path)
    pain, alarm, candidacy, nothing = _replies(
        floor, "does it hurt", "my chest", "am i a candidate", "xyzzy"
    )
    assert pain.topics == ("pain",)
    assert alarm.topics == ("emergency",)
    assert candidacy.topics == ("candidacy",)
    assert nothing.topics == ()
    assert FALLBACK in nothing.kinds


def test_stock_conversations_read_the_domain_once_between_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    domain = Floor.domain
    monkeypatch.setattr(Floor, "domain", lambda floor: read.append("!") or domain(floor))
    floor = Floor(_phrases(), tmp_path)

    async def begin() -> None:
        async with http_session() as http:
            for _ in range(3):
                floor.conversation(http, "")

    asyncio.run(begin())
    assert len(read) == 1


def test_everything_is_measured_of_a_contender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One start and one chat of a few turns: the whole takes two minutes.
    for name, value in {"_STARTS": 1, "_LONG_CHATS": 1, "_LATE": 8}.items():
        monkeypatch.setattr(measuring, name, value)
    expected = Expected(topics=("pain",))
    question = Message("will this hurt", expected, style="plain")
    texts = ["does it hurt", "my chest", "hello"] * 4
    figures = measure(Floor(_phrases(), tmp_path), [question], texts, seconds=1.0)
    assert figures.accuracy["single_document_topic"] == 1.0
    assert len(figures.nlu) == len(figures.messages) == len(texts)
    assert len(figures.early) == len(figures.late) == 5
    assert all(rate > 1 for rate in figures.per_second.values())
    assert figures.unanswered == 0
    assert figures.memory > figures.memory_alone > 50
    assert figures.model > 1000
    assert figures.training > 0 < figures.first_answer


def test_what_was_trained_from_the_same_files_is_kept(tmp_path: Path) -> None:
    first, second = Floor(_phrases(), tmp_path), Floor(_phrases(), tmp_path)
    assert first.train() == second.train()
    assert first.folder == second.folder


def test_nlp_js_learns_the_phrases_and_tells_subjects_apart(tmp_path: Path) -> None:
    phrases = [
        *(Phrase(text, "pain", "x") for text in ("does it hurt", "is it painful", "will it sting")),
        *(Phrase(text, "not_covered/price", "x") for text in ("what does it cost", "the price")),
        *(Phrase(text, "emergency", "x") for text in ("i can't breathe", "my chest hurts badly")),
    ]
    pain, price, alarm, nothing = _replies(
        NlpJs(phrases, tmp_path), "is it painful", "what does it cost", "can't breathe", "xyzzy"
    )
    assert pain.topics == ("pain",)
    assert price.topics == ("not_covered.price",)
    assert alarm.topics == ("emergency",)
    assert FALLBACK in nothing.kinds

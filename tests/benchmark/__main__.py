"""`make benchmark`: the assistant beside what a clinic would pick instead, in one run.

All are trained with the same phrases and asked the same messages on the same machine, one after
the other. What was trained from the same files before isn't trained again. `--phrases 2000` takes
an even part of the phrases for all: DIET needs hours for all of them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from assistant.evaluation.labels import Message, plain, read_questions
from assistant.nlu.training_phrases import (
    LONG_MESSAGES,
    Phrase,
    read_long_messages,
    read_phrases,
)
from assistant.settings import PROJECT
from tests.benchmark import table
from tests.benchmark.measure import Figures, measure
from tests.benchmark.nlpjs import NlpJs
from tests.benchmark.ours import Ours
from tests.benchmark.phrases import sample
from tests.benchmark.stock import Defaults, DefaultsInMemory, Floor
from tests.benchmark.weights import page_weight

_QUESTIONS = PROJECT / "tests" / "evaluation" / "files" / "questions.yml"
_ORDER = (Floor, Ours, NlpJs, Defaults, DefaultsInMemory)
_SECONDS = 20.0
_LONGEST = 1000  # characters; the assistant refuses longer ones, which takes no time


def main() -> int:
    """Runs the benchmark.

    Returns:
        Exit code: 0; what isn't reached stands in the table.
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--phrases", type=int, help="about how many (default: all)")
    arguments.add_argument("--seconds", type=float, default=_SECONDS, help="of each load")
    arguments.add_argument("--out", type=Path, help="file to write the tables to, as Markdown")
    given = arguments.parse_args()
    phrases = read_phrases(PROJECT / "data")
    messages = read_long_messages(PROJECT / "data" / LONG_MESSAGES)
    known = frozenset(plain(each.text) for each in (*phrases, *messages))
    if given.phrases:
        phrases = sample(phrases, given.phrases)
    questions = [each for each in read_questions(_QUESTIONS) if plain(each.text) not in known]
    figures = _measure_all(phrases, questions, given.seconds)
    report = "\n".join(_report(figures, len(phrases), len(questions))) + "\n"
    print(report)
    if given.out:
        given.out.write_text(report)
    return 0


def _measure_all(
    phrases: Sequence[Phrase], questions: Sequence[Message], seconds: float
) -> dict[str, Figures]:
    # In any order but that of the file, which goes by topic.
    texts = [question.text for question in questions if len(question.text) <= _LONGEST]
    random.Random(1).shuffle(texts)
    figures = {}
    for kind in _ORDER:
        contender = kind(phrases)
        print(
            f"{contender.name}: training if needed, then measuring …", file=sys.stderr, flush=True
        )
        found = measure(contender, questions, texts, seconds)
        figures[contender.name] = found
        (contender.folder / "figures.json").write_text(json.dumps(asdict(found), indent=1))
    return figures


def _report(figures: dict[str, Figures], phrases: int, questions: int) -> list[str]:
    weight = page_weight()
    return [
        "# Beside what a clinic would pick instead",
        "",
        f"Written by `make benchmark` on {datetime.date.today()}: {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"Rasa {version('rasa')}, onnxruntime {version('onnxruntime')}, node-nlp {_node_nlp()}. "
        f"{phrases} training phrases, {questions} messages of "
        "`tests/evaluation/files/questions.yml`.",
        "What each contender is and what is measured: `docs/decisions/benchmark.md`.",
        "",
        "## To reach",
        "",
        *table.aims(figures),
        "",
        "## Measured",
        "",
        *table.measured(figures),
        "",
        f"The widget: {weight['launcher']} bytes gzip on the page, {weight['open']} once it is "
        "open. None of the others has one.",
    ]


def _node_nlp() -> str:
    lock = json.loads((PROJECT / "tests/benchmark/nlpjs/package.json").read_text())
    return str(lock["dependencies"]["node-nlp"])


if __name__ == "__main__":
    sys.exit(main())

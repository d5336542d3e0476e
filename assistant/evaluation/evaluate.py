"""Measures the whole assistant over its web channel: `make evaluate`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from assistant.evaluation.client import ChannelError, WebChannel
from assistant.evaluation.dialogues import Played, play
from assistant.evaluation.labels import (
    Dialogue,
    LabelError,
    Message,
    plain,
    read_dialogues,
    read_questions,
    read_training_phrases,
)
from assistant.evaluation.report import Results, as_json, as_table
from assistant.evaluation.scoring import Scored, score
from assistant.launcher.model import NoFittingModel
from assistant.launcher.servers import StartFailed, running_assistant
from assistant.settings import PROJECT

_FILES = PROJECT / "tests" / "evaluation" / "files"
_QUESTIONS = (_FILES / "questions.yml", _FILES / "people.yml")
_DIALOGUES = _FILES / "dialogues.yml"
_TRAINING_DATA = PROJECT / "data"
_AT_ONCE = 4
_NO_LIMITS = {"MESSAGES_PER_MINUTE": "0", "ADDRESS_MESSAGES_PER_MINUTE": "0"}

Item = TypeVar("Item")
Result = TypeVar("Result")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: The command line without the program's name; the process's own if left out.

    Returns:
        Exit status: 0 measured, 1 the assistant could not be measured, 2 a file is wrong.
    """
    options = _options(arguments)
    try:
        questions = {_shown(path): read_questions(path) for path in options.questions}
        dialogues = read_dialogues(options.dialogues)
        phrases = read_training_phrases(_TRAINING_DATA)
        with _assistant(options.url) as url:
            results = asyncio.run(measure(url, questions, dialogues, phrases))
    except LabelError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    except (ChannelError, StartFailed, NoFittingModel) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    print(as_table(results))
    if options.out:
        report = json.dumps(as_json(results), ensure_ascii=False, indent=2)
        options.out.write_text(report + "\n", encoding="utf-8")
    return 0


async def measure(
    url: str,
    questions: dict[str, list[Message]],
    dialogues: Sequence[Dialogue],
    phrases: frozenset[str],
) -> Results:
    """Puts all messages and conversations to a running assistant.

    Args:
        url: Base address of the assistant.
        questions: Name of a file to its messages.
        dialogues: Scripted conversations.
        phrases: Training phrases as `plain` makes them; messages among them are left out.

    Returns:
        What was measured.

    Raises:
        ChannelError: The assistant gives no usable answer.
    """
    asked = {
        name: [message for message in messages if plain(message.text) not in phrases]
        for name, messages in questions.items()
    }
    left_out = sum(len(questions[name]) - len(asked[name]) for name in questions)
    async with WebChannel(url) as channel:

        async def ask(message: Message) -> Scored:
            return score(message, await channel.conversation().say(message.text))

        async def converse(dialogue: Dialogue) -> Played:
            return await play(dialogue, channel.conversation())

        scored = {name: await _each(ask, asked[name], name) for name in asked}
        played = await _each(converse, dialogues, "conversations")
    return Results(scored, played, left_out + sum(_leave_out(each, phrases) for each in played))


def _leave_out(played: Played, phrases: frozenset[str]) -> int:
    """Takes the turns that NLU was trained on out of the score; returns how many.

    What answers the screening stays: it shows the form at work, not the phrase.
    """
    counting = [
        turn for turn in played.turns if turn.turn.answer or plain(turn.turn.text) not in phrases
    ]
    left_out = len(played.turns) - len(counting)
    played.turns = counting
    return left_out


async def _each(
    work: Callable[[Item], Awaitable[Result]], items: Sequence[Item], name: str
) -> list[Result]:
    """Works on a few items at once and gives the results in the items' order."""
    places = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(item: Item) -> Result:
        nonlocal done
        async with places:
            result = await work(item)
        done += 1
        _show_progress(name, done, len(items))
        return result

    return list(await asyncio.gather(*(one(item) for item in items)))


def _show_progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{name}: {done} of {total}", end=end, file=sys.stderr, flush=True)
    elif done == total or done % 50 == 0:
        print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)


@contextmanager
def _assistant(url: str | None) -> Iterator[str]:
    """Address of the assistant to measure; starts one with a store of its own where none runs."""
    if url:
        yield url
        return
    print("starting the assistant", file=sys.stderr, flush=True)
    with running_assistant(environment=_NO_LIMITS) as assistant:
        yield assistant.url


def _shown(path: Path) -> str:
    """The path as the report names it: the project's own files without its folder."""
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__)
    parser.add_argument(
        "--questions",
        type=Path,
        action="append",
        metavar="FILE",
        help="labelled messages; may be given several times (default: both files of the project)",
    )
    parser.add_argument(
        "--dialogues",
        type=Path,
        default=_DIALOGUES,
        metavar="FILE",
        help="scripted conversations (default: the project's)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="writes the results as JSON")
    parser.add_argument("--url", help="measures an assistant that already runs there")
    options = parser.parse_args(arguments)
    options.questions = options.questions or list(_QUESTIONS)
    return options


if __name__ == "__main__":
    sys.exit(main())

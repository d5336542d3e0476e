"""`make new-procedure` and `make train-procedure`: another procedure without code."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path

import yaml
from tqdm import tqdm

from assistant import logs
from assistant.settings import PROJECT
from assistant.staff.procedure.curated import NotCurated, require_curated
from assistant.staff.procedure.passages import UnreadableDocument, split
from assistant.staff.procedure.skeleton import make_skeleton

_MODEL = "procedure"


def main(arguments: list[str] | None = None) -> int:
    """Makes a skeleton, or checks and trains what has become of it.

    Args:
        arguments: The command line; the process's own where left out.

    Returns:
        The exit code: 0; 1 where something is to do or a question isn't understood; 2 where the
        command failed.
    """
    parser = argparse.ArgumentParser(prog="python -m assistant.staff.procedure")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="make a skeleton from a procedure document")
    new.add_argument("document", type=Path, help="plain text, its title on the first line")
    new.add_argument("folder", type=Path, help="folder to make")
    new.add_argument("--name", required=True, help="the procedure's name, as patients read it")
    for command, what in (("check", "say what is to do"), ("train", "check, train and test")):
        one = commands.add_parser(command, help=what)
        one.add_argument("folder", type=Path, help="the procedure's folder")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "new":
            return _new(chosen.document, chosen.folder, chosen.name)
        require_curated(chosen.folder)
        if chosen.command == "train":
            return _train(chosen.folder.resolve())
        print("Everything is curated and grounded: it can be trained.")
    except NotCurated as refused:
        print(f"Not trained: {refused}.", *refused.problems, sep="\n  ")
        return 1
    except (UnreadableDocument, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _new(document: Path, folder: Path, name: str) -> int:
    text = document.read_text(encoding="utf-8")
    drafts = split(text)
    topics = make_skeleton(name, text, drafts, folder)
    print(
        f"{len(topics)} topics and {len(drafts)} passages to curate: {folder}\n"
        "How to go on: docs/second-procedure.md"
    )
    return 0


def _train(folder: Path) -> int:
    """Trains by Rasa's own command, then asks the questions of the tests."""
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", _MODEL]
    command += ["--domain", str(folder / "domain.yml"), "--data", str(folder / "data")]
    command += ["--config", str(folder / "config.yml"), "--out", str(folder / "models")]
    if subprocess.run(command, cwd=PROJECT).returncode != 0:
        print("The training failed; the lines above say why.", file=sys.stderr)
        return 2
    wrong = asyncio.run(_misunderstood(folder))
    print(*wrong, f"{len(wrong)} questions of tests/questions.yml aren't understood.", sep="\n")
    return 1 if wrong else 0


async def _misunderstood(folder: Path) -> list[str]:
    from rasa.core.agent import Agent  # loads TensorFlow, which the other commands do without

    logs.configure()
    agent = Agent.load(str(folder / "models" / f"{_MODEL}.tar.gz"))
    wrong = []
    text = (folder / "tests" / "questions.yml").read_text(encoding="utf-8")
    questions = yaml.load(text, Loader=yaml.CSafeLoader)
    for question in tqdm(questions, unit=" questions", disable=None):
        parse = await agent.parse_message(question["text"])
        got = [each["topic"] for each in parse.get("topics") or ()]
        if got != question["expect"]:
            wrong.append(f"  {question['text']}: {', '.join(got) or 'nothing'}")
    return wrong

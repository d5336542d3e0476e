"""Signatures that bind: who reviewed which text, by its hash (`content/signatures.yml`).

`python -m assistant.content.signatures` lists what nobody has signed;
`python -m assistant.content.signatures --reviewer "Name, role" ITEM …` signs items as they stand.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.content.yaml_fields import ContentError, read_yaml
from assistant.settings import PROJECT, Settings

_CLINIC_LINES = ("emergency_number", "crisis_line", "out_of_hours")
_GROUP = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Signature:
    """A reviewer's signature.

    Attributes:
        reviewer: Name and role of who signed.
        date: The day of it.
        sha256: Hash of what was signed, in hexadecimal digits.
    """

    reviewer: str
    date: datetime.date
    sha256: str


def signed_items(content: Path, domain: Path) -> dict[str, str]:
    """What a clinician has to sign.

    Args:
        content: The folder `content/`.
        domain: The file `domain.yml`.

    Returns:
        The SHA-256 of each item by its id: answers and criteria, each with the passages it cites,
        the clinic's own answers, subjects, red flags and the look-alikes that overrule them, what
        patients say about the criteria, each with the word groups it uses, the reason of a mere
        suspicion, the spellings, the follow-ups, the emergencies of other languages, and the
        clinic's lines for emergencies.
    """
    responses = _load(domain)["responses"]
    passages = {each["id"]: each for each in _load(content / "guide.yml")["passages"]}
    criteria = _load(content / "criteria.yml")
    red_flags = _load(content / "red_flags.yml")
    statements = _load(content / "statements.yml")
    clinic = _load(content / "clinic.yml")
    subjects = _load(content / "subjects.yml")["subjects"]
    items = {
        **{
            f"answer/{name.removeprefix('utter_')}": [wordings, _cited(wordings, passages)]
            for name, wordings in responses.items()
        },
        **{
            f"criterion/{name}": [criterion, _cited([{"metadata": criterion}], passages)]
            for name, criterion in criteria["criteria"].items()
        },
        **{f"point/{name}": value for name, value in criteria["points"].items()},
        **{
            f"{kind}/{name}": [rule, _groups(rule, file["groups"])]
            for kind, file, rules in (
                ("red_flag", red_flags, red_flags["flags"]),
                ("lookalike", red_flags, red_flags["lookalikes"]),
                ("statement", statements, statements["things"]),
                ("mention", statements, statements["mentions"]),
                ("context", statements, statements["contexts"]),
                ("of_another", statements, statements["of_another"]),
                ("polarity", statements, statements["polarity"]),
            )
            for name, rule in rules.items()
        },
        "red_flag/suspicion": red_flags["suspicion"],
        **{f"subject/{name}": value for name, value in subjects.items()},
        **{
            f"{file}/{name}": table
            for file in ("spellings", "follow_ups", "other_languages")
            for name, table in _load(content / f"{file}.yml").items()
        },
        **{f"clinic/{name}": clinic[name] for name in _CLINIC_LINES},
        **{
            f"clinic_answer/{subject}": text
            for subject, text in (clinic.get("answers") or {}).items()
        },
    }
    return {name: _sha256(value) for name, value in items.items()}


def load_signatures(path: Path) -> dict[str, Signature]:
    """Loads and validates the signatures.

    Args:
        path: The file, `content/signatures.yml`.

    Returns:
        The signatures by the ids of the items.

    Raises:
        ContentError: The file can't be used; the message says where and why.
    """
    signatures = {}
    for item, field in read_yaml(path).mapping({"signatures"})["signatures"].entries().items():
        parts = field.mapping({"reviewer", "date", "sha256"})
        signatures[item] = Signature(
            parts["reviewer"].text("name and role of the reviewer"),
            parts["date"].date(),
            parts["sha256"].text("the hash that signing writes"),
        )
    return signatures


def unsigned(items: Mapping[str, str], signatures: Mapping[str, Signature]) -> dict[str, str]:
    """The items whose text nobody has signed as it stands.

    Args:
        items: Hashes of the items by their ids.
        signatures: The signatures by the items' ids.

    Returns:
        Why each isn't signed, by its id.
    """
    reasons = {}
    for item, digest in items.items():
        signature = signatures.get(item)
        if signature is None:
            reasons[item] = "not signed"
        elif signature.sha256 != digest:
            reasons[item] = f"changed since {signature.reviewer} signed it on {signature.date}"
    return reasons


def sign(
    path: Path, items: Mapping[str, str], chosen: Iterable[str], reviewer: str, day: datetime.date
) -> None:
    """Writes signatures for items as they stand.

    Args:
        path: The file, `content/signatures.yml`; its comments at the top stay.
        items: Hashes of all items by their ids; signatures of others are dropped.
        chosen: Ids of the items that are signed.
        reviewer: Name and role of who signs.
        day: The day of it.

    Raises:
        ContentError: An id isn't among the items.
    """
    signatures = load_signatures(path)
    for item in chosen:
        if item not in items:
            raise ContentError(f"there is no {item} to sign")
        signatures[item] = Signature(reviewer, day, items[item])
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    body = {
        item: {"reviewer": each.reviewer, "date": each.date, "sha256": each.sha256}
        for item, each in sorted(signatures.items())
        if item in items
    }
    text = yaml.safe_dump({"signatures": body}, sort_keys=False, allow_unicode=True)
    path.write_text("\n".join([*head, text]), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Lists what isn't signed, or signs items.

    Args:
        arguments: The command line; the process's own where left out.

    Returns:
        The exit code: 0, or 2 where nothing could be signed.
    """
    parser = argparse.ArgumentParser(prog="python -m assistant.content.signatures")
    parser.add_argument("--reviewer", help="name and role of the clinician who signs")
    parser.add_argument("items", nargs="*", metavar="ITEM", help="what is signed, e.g. answer/pain")
    chosen = parser.parse_args(arguments)
    content = Settings.from_environment().content
    path = content / "signatures.yml"
    try:
        items = signed_items(content, PROJECT / "domain.yml")
        if chosen.items:
            if not chosen.reviewer:
                parser.error("signing needs --reviewer")
            sign(path, items, chosen.items, chosen.reviewer, datetime.date.today())
        reasons = unsigned(items, load_signatures(path))
    except ContentError as error:
        print(error, file=sys.stderr)
        return 2
    for item, reason in reasons.items():
        print(f"{item}: {reason}")
    print(f"{len(items) - len(reasons)} of {len(items)} are signed.")
    return 0


def _cited(wordings: Iterable[Mapping[str, Any]], passages: Mapping[str, Any]) -> dict[str, Any]:
    """The passages that wordings cite; one that the guide doesn't have counts as nothing."""
    ids = [each for w in wordings for each in (w.get("metadata") or {}).get("passages") or ()]
    return {each: passages.get(each) for each in ids}


def _groups(value: Any, groups: Mapping[str, Any]) -> dict[str, Any]:
    """The word groups that phrases use, also through one another."""
    used: dict[str, Any] = {}
    waiting = _GROUP.findall(json.dumps(value))
    while waiting:
        name = waiting.pop()
        if name in groups and name not in used:
            used[name] = groups[name]
            waiting += _GROUP.findall(json.dumps(groups[name]))
    return used


def _sha256(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _load(path: Path) -> Any:
    read_yaml(path)  # says what is wrong with the file, if anything is
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


if __name__ == "__main__":
    sys.exit(main())

"""Makes the skeleton of an assistant for another procedure from this one's content.

What says nothing about the procedure is taken over: conversation, handoff, emergencies, subjects
that are the clinic's. What does is left `TODO` for people to write.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.content.responses import load_responses
from assistant.content.subjects import Subjects
from assistant.nlu.training_phrases import NOT_COVERED, Phrase, read_phrases, split_label
from assistant.settings import PROJECT
from assistant.staff.procedure.passages import Draft

TODO = "TODO"
_PROCEDURE = re.compile(r"sclerotherapy(?: for spider veins)?", re.IGNORECASE)
# Tells the procedure's own topics in passing.
_HELP = "utter_help"
_SCREENING_INTENTS = ("screening", "restart_screening", "answer")
_SCREENING_RESPONSES = ("utter_screening_", "utter_ask_screening_", "utter_ask_again_")
_COPIED = (
    *("clinic", "red_flags", "other_languages", "spellings"),
    *("plain_words", "synonyms", "statements"),
)
# What a look-alike of an emergency asks instead: a topic of this guide.
_MEANT_TOPIC = re.compile(r"^ +means: (\w+)\n", re.MULTILINE)
_GUIDE_HEAD = """\
# {name}: its document as passages. Say each sentence below in your own words, with every fact,
# figure, list item and qualification and nothing else; join or part passages as it reads best.
"""


def make_skeleton(name: str, document: str, drafts: Sequence[Draft], folder: Path) -> list[str]:
    """Writes the skeleton.

    Args:
        name: The procedure's name as patients read it.
        document: The procedure document.
        drafts: Its passages.
        folder: Where to; it must not be there yet.

    Returns:
        Ids of the topics.

    Raises:
        FileExistsError: The folder is there already.
    """
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text(document, encoding="utf-8")
    topics = _topics(drafts)
    kept = _kept_responses()
    intents = _kept_intents()
    domain: dict[str, Any] = {
        "version": "3.1",
        "session_config": {
            "session_expiration_time": 2880,
            "carry_over_slots_to_new_session": False,
        },
        "intents": [*topics, *intents],
        "entities": ["subject"],
        "responses": {
            **{f"utter_{topic}": _to_write(parts) for topic, parts in topics.items()},
            **{key: _renamed(value, name, {*topics, *intents}) for key, value in kept.items()},
        },
    }
    for wording in domain["responses"][_HELP]:
        wording["text"] = f"{TODO}: what can be asked. {wording['text']}"
    _dump(folder / "domain.yml", domain)
    shutil.copy(PROJECT / "config.yml", folder / "config.yml")
    _write_content(folder / "content", name, drafts, kept)
    _write_data(folder / "data", name, list(topics), intents)
    # When a message asks several things is told by how it is said, whatever the procedure.
    shutil.copy(PROJECT / "data" / "long_messages.tsv", folder / "data")
    questions = [{"text": f"{TODO}: a patient's question", "expect": [topic]} for topic in topics]
    (folder / "tests").mkdir()
    _dump(folder / "tests" / "questions.yml", questions)
    return list(topics)


def _topics(drafts: Sequence[Draft]) -> dict[str, list[Draft]]:
    """One topic for each section, for people to part or join."""
    topics: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        topics[draft.id.rpartition("_")[0]].append(draft)
    return dict(topics)


def _to_write(parts: Sequence[Draft]) -> list[dict[str, Any]]:
    passages = [part.id for part in parts]
    title = parts[0].section
    return [
        {"text": f"{TODO}: answer", "metadata": {"title": title, "passages": passages}},
        {"channel": "sms", "text": f"{TODO}: answer", "metadata": {"passages": passages}},
    ]


def _kept_responses() -> dict[str, Any]:
    """The responses that rest on no passage and belong to no screening."""
    wordings = load_responses(PROJECT / "domain.yml")
    responses = _load(PROJECT / "domain.yml")["responses"]
    return {
        name: value
        for name, value in responses.items()
        if not name.startswith(_SCREENING_RESPONSES)
        and not any(each.passages or each.title for each in wordings[name])
    }


def _kept_intents() -> list[str]:
    """The intents that are no topic of this procedure's guide."""
    titled = {
        name.removeprefix("utter_")
        for name, wordings in load_responses(PROJECT / "domain.yml").items()
        if any(each.title for each in wordings)
    }
    return [
        intent
        for intent in _load(PROJECT / "domain.yml")["intents"]
        if intent not in titled and intent not in _SCREENING_INTENTS
    ]


def _renamed(wordings: Any, name: str, intents: set[str]) -> Any:
    """Responses about the new procedure, offering only what there is."""
    result = []
    for wording in wordings:
        new = {**wording, "text": _PROCEDURE.sub(name, wording["text"])}
        buttons = [
            button
            for button in wording.get("buttons") or ()
            if re.match(r"/(\w+)", button["payload"])[1] in intents  # type: ignore[index]
        ]
        new.pop("buttons", None)
        result.append({**new, "buttons": buttons} if buttons else new)
    return result


def _write_content(
    folder: Path, name: str, drafts: Sequence[Draft], kept: Mapping[str, Any]
) -> None:
    folder.mkdir()
    for file in _COPIED:
        source = PROJECT / "content" / f"{file}.yml"
        if source.exists():
            shutil.copy(source, folder)
    _without_missing_topics(folder / "red_flags.yml", kept)
    _dump(folder / "criteria.yml", {"version": 1, "criteria": {}, "points": {}})
    _dump(folder / "follow_ups.yml", {"meant": {}, "corrections": {}})
    _dump(folder / "signatures.yml", {"signatures": {}})
    _dump(folder / "subjects.yml", {"subjects": _clinics_subjects()})
    rules = _load(PROJECT / "content" / "wording_rules.yml")
    rules["must_say"] = {key: said for key, said in rules["must_say"].items() if key in kept}
    _dump(folder / "wording_rules.yml", rules)
    (folder / "guide.yml").write_text(_guide(name, drafts), encoding="utf-8")


def _without_missing_topics(red_flags: Path, kept: Mapping[str, Any]) -> None:
    def keep(meant: re.Match[str]) -> str:
        return meant[0] if f"utter_{meant[1]}" in kept else ""

    text = red_flags.read_text(encoding="utf-8")
    red_flags.write_text(_MEANT_TOPIC.sub(keep, text), encoding="utf-8")


def _clinics_subjects() -> dict[str, Any]:
    subjects = Subjects.load(PROJECT / "content" / "subjects.yml")
    return {
        each.id: {"name": each.name, "medical": False}
        for each in subjects.values()
        if not each.medical and not _PROCEDURE.search(each.name) and "vein" not in each.name
    }


def _guide(name: str, drafts: Sequence[Draft]) -> str:
    lines = [_GUIDE_HEAD.format(name=name) + "passages:"]
    for draft in drafts:
        lines += [f"- id: {draft.id}", f"  section: {_quoted(draft.section)}"]
        lines += [f"  # {sentence}" for sentence in draft.sentences]
        lines += ["  statements:"]
        lines += [f"  - '{TODO}: say it in your own words'" for _ in draft.sentences]
    return "\n".join(lines) + "\n"


def _write_data(folder: Path, name: str, topics: Iterable[str], intents: Sequence[str]) -> None:
    folder.mkdir()
    subjects = _clinics_subjects()
    phrases: dict[str, list[str]] = {topic: [f"{TODO}: how patients ask it"] for topic in topics}
    about: dict[str, list[str]] = {}
    for phrase in read_phrases(PROJECT / "data"):
        intent, subject = split_label(phrase.label)
        text = _PROCEDURE.sub(name, phrase.text)
        if intent == NOT_COVERED and subject in subjects:
            about.setdefault(subject, []).append(text)
        elif intent in intents and intent != NOT_COVERED and not _is_of_veins(phrase):
            phrases.setdefault(intent, []).append(text)
    blocks: list[dict[str, Any]] = [
        {"intent": key, "examples": _lines(texts)} for key, texts in phrases.items()
    ]
    _dump(folder / "nlu.yml", {"version": "3.1", "nlu": blocks})
    blocks = [
        {"intent": NOT_COVERED, "metadata": {"subject": key}, "examples": _lines(texts)}
        for key, texts in about.items()
    ]
    _dump(folder / "subjects.yml", {"version": "3.1", "nlu": blocks})
    # Nothing is learnt from them, but without a story Rasa trains no policy.
    stories = [
        {"story": topic, "steps": [{"intent": topic}, {"action": f"utter_{topic}"}]}
        for topic in topics
    ]
    _dump(folder / "stories.yml", {"version": "3.1", "stories": stories})


def _is_of_veins(phrase: Phrase) -> bool:
    return bool(re.search(r"\b(?:vein|sclero)", phrase.text.lower()))


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in dict.fromkeys(texts))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        """Says that nothing is written by reference."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _dump(file: Path, content: Any) -> None:
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    file.write_text(text, encoding="utf-8")


def _load(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

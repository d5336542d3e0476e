"""A second procedure without code, on a made-up document."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.settings import PROJECT
from assistant.staff.procedure.commands import main
from assistant.staff.procedure.curated import NotCurated, require_curated
from assistant.staff.procedure.passages import UnreadableDocument, split

_DOCUMENT = """\
Ear Tube Cleaning

What is Ear Tube Cleaning?

Ear tube cleaning is a gentle office procedure. It removes wax from the outer ear with warm water.

How Long Does It Take?

A visit usually takes 10 to 20 minutes. Some visits take longer.

What Can Happen Afterwards?

These effects may occur:

  • Mild dizziness
  • A wet feeling

They go away within a few hours.
"""
# What people make of the skeleton.
_STATEMENTS = {
    "what_is_ear_tube_cleaning_1": [
        "Ear tube cleaning is a procedure in the office, and a gentle one.",
        "With warm water, it removes the wax from the outer ear.",
    ],
    "how_long_does_it_take_1": [
        "Usually, it takes 10 to 20 minutes for a visit.",
        "For some visits, it takes longer.",
    ],
    "what_can_happen_afterwards_1": [
        "As effects, there may occur dizziness that is mild, or a feeling of being wet.",
    ],
    "what_can_happen_afterwards_2": ["Within a few hours, they go away."],
}
_ANSWERS = {
    "what_is_ear_tube_cleaning": "It is a gentle procedure in the office. Warm water removes "
    "the wax from the outer ear.",
    "how_long_does_it_take": "One visit takes 10 to 20 minutes, usually. Some take longer.",
    "what_can_happen_afterwards": "Mild dizziness or a wet feeling may occur. They go away "
    "within a few hours.",
}
_PHRASES = {
    "what_is_ear_tube_cleaning": "what is {0}|tell me about {0}|explain {0}|{0} meaning|info on {0}"
    "|describe {0}|what do you do in {0}|never heard of {0}|so what's {0}|{0}, what is that",
    "how_long_does_it_take": "how long is it|how many minutes|is it quick|time needed|duration"
    "|how long will i be there|will it take an hour|how much time|length of a visit|is it long",
    "what_can_happen_afterwards": "will i be dizzy|what effects are there|any after effects|dizzy"
    "|wet feeling|what can happen|how will i feel|does it make you dizzy|after effects|wet ear",
}
_QUESTIONS = {
    "what_is_ear_tube_cleaning": "could you explain ear tube cleaning to me",
    "how_long_does_it_take": "how many minutes does a visit take",
    "what_can_happen_afterwards": "will i get dizzy from it",
}


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The skeleton of the made-up procedure, as the command makes it."""
    folder = tmp_path_factory.mktemp("procedure")
    document = folder / "document.txt"
    document.write_text(_DOCUMENT, encoding="utf-8")
    command = ["new", str(document), str(folder / "ear"), "--name", "ear tube cleaning"]
    assert main(command) == 0
    return folder / "ear"


@pytest.fixture
def folder(skeleton: Path, tmp_path: Path) -> Path:
    """A copy of the skeleton to work on."""
    return Path(shutil.copytree(skeleton, tmp_path / "ear"))


def _change(file: Path, change: Any) -> None:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    change(content)
    file.write_text(yaml.safe_dump(content, sort_keys=False, width=1000), encoding="utf-8")


def _curate(folder: Path) -> None:
    """Does what people do: restates, answers, writes phrases and questions."""

    def guide(content: Any) -> None:
        for passage in content["passages"]:
            passage["statements"] = _STATEMENTS[passage["id"]]

    def domain(content: Any) -> None:
        for topic, answer in _ANSWERS.items():
            for wording in content["responses"][f"utter_{topic}"]:
                wording["text"] = answer
        for wording in content["responses"]["utter_help"]:
            wording["text"] = (
                "I can tell you how it works, how long it takes and how you may feel after it. In "
                "an emergency call {emergency_number}. For a person call {clinic_phone}."
            )

    def nlu(content: Any) -> None:
        for block in content["nlu"]:
            texts = _PHRASES.get(block["intent"])
            if texts:
                lines = texts.format("ear tube cleaning").split("|")
                block["examples"] = "".join(f"- {line}\n" for line in lines)

    def questions(content: Any) -> None:
        for question in content:
            question["text"] = _QUESTIONS[question["expect"][0]]

    _change(folder / "content" / "guide.yml", guide)
    _change(folder / "domain.yml", domain)
    _change(folder / "data" / "nlu.yml", nlu)
    _change(folder / "tests" / "questions.yml", questions)


def _problems(folder: Path) -> list[str]:
    with pytest.raises(NotCurated) as refused:
        require_curated(folder)
    return refused.value.problems


def test_no_word_of_the_document_is_lost_in_splitting() -> None:
    drafts = split(_DOCUMENT)
    told = " ".join(" ".join((draft.section, *draft.sentences)) for draft in drafts)
    assert set(re.findall(r"\w+", _DOCUMENT)) <= set(re.findall(r"\w+", told))
    assert all(1 <= len(draft.sentences) <= 3 for draft in drafts)
    assert [draft.id for draft in drafts] == list(_STATEMENTS)


@pytest.mark.parametrize("document", ["", "A title alone", "Title\n\n\n"])
def test_a_document_without_text_is_refused(document: str) -> None:
    with pytest.raises(UnreadableDocument, match="a title on the first line"):
        split(document)


def test_a_skeleton_is_not_trained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "Not trained" in said
    for place in ("content/guide.yml, line", "domain.yml, line", "data/nlu.yml, line", "tests/"):
        assert place in said
    assert not (folder / "models").exists()


def test_curated_content_may_be_trained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _curate(folder)
    require_curated(folder)
    assert main(["check", str(folder)]) == 0
    assert "can be trained" in capsys.readouterr().out


@pytest.mark.long
def test_a_curated_procedure_is_trained_and_its_questions_are_understood(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _curate(folder)
    assert main(["train", str(folder)]) == 0
    assert "0 questions of tests/questions.yml aren't understood" in capfd.readouterr().out
    assert (folder / "models" / "procedure.tar.gz").exists()


def test_nothing_of_the_first_procedure_is_said(folder: Path) -> None:
    _curate(folder)
    for file in ("domain.yml", "content/guide.yml", "content/subjects.yml"):
        text = (folder / file).read_text(encoding="utf-8").lower()
        for word in ("sclero", "spider", "vein", "screening"):
            assert word not in text, f"{word} in {file}"
    assert "ear tube cleaning" in (folder / "domain.yml").read_text(encoding="utf-8")


def test_emergencies_and_the_way_to_a_person_are_taken_over(folder: Path) -> None:
    domain = yaml.safe_load((folder / "domain.yml").read_text(encoding="utf-8"))
    for name in ("emergency", "same_day", "handoff", "not_covered", "unavailable", "greet"):
        assert f"utter_{name}" in domain["responses"]
    assert (folder / "content" / "red_flags.yml").exists()
    offered = re.findall(r"payload: /(\w+)", (folder / "domain.yml").read_text(encoding="utf-8"))
    assert set(offered) <= {*domain["intents"], "handoff"}


def test_how_several_questions_are_told_from_one_is_taken_over(folder: Path) -> None:
    messages = "data/long_messages.tsv"
    assert (folder / messages).read_bytes() == (PROJECT / messages).read_bytes()


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("domain.yml", "10 to 20 minutes", "5 to 20 minutes", 'the figure "5"'),
        ("domain.yml", "gentle procedure", "painless procedure", '"painless"'),
        ("content/guide.yml", "Within a few hours", "Within some days", "few hours|days"),
        ("data/nlu.yml", "- how long is it\n", "", "how_long_does_it_take has 9 phrases"),
        ("tests/questions.yml", "- how_long_does_it_take", "- greet", "no question about"),
        ("data/nlu.yml", "- is it quick\n", "- will i be dizzy\n", "is what_can_happen_after"),
    ],
)
def test_what_is_not_grounded_faithful_or_enough_is_refused(
    folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    _curate(folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(re.search(complaint, problem) for problem in _problems(folder))


def test_an_existing_folder_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "domain.yml").read_text(encoding="utf-8")
    document = str(folder / "source.txt")
    assert main(["new", document, str(folder), "--name", "another"]) == 2
    assert (folder / "domain.yml").read_text(encoding="utf-8") == before
    assert "exists" in capsys.readouterr().err

"""Signatures bind to the text as it was signed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.content.signatures import load_signatures, sign, signed_items, unsigned
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT

DAY = date(2026, 11, 22)
REVIEWER = "A. Example, vascular nurse"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "content", tmp_path / "content")
    shutil.copy(PROJECT / "domain.yml", tmp_path)
    return tmp_path


def items(project: Path) -> dict[str, str]:
    return signed_items(project / "content", project / "domain.yml")


def open_items(project: Path) -> dict[str, str]:
    return unsigned(items(project), load_signatures(project / "content" / "signatures.yml"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nobody_has_signed_what_ships() -> None:
    assert set(open_items(PROJECT)) == set(items(PROJECT))


def test_all_that_patients_read_and_all_that_reads_them_is_signed() -> None:
    found = set(items(PROJECT))

    def ids(file: str, *keys: str) -> set[str]:
        content = yaml.safe_load((PROJECT / file).read_text(encoding="utf-8"))
        for key in keys:
            content = content[key]
        return set(content)

    answers = {name.removeprefix("utter_") for name in ids("domain.yml", "responses")}
    assert found == {
        *(f"answer/{each}" for each in answers),
        *(f"clinic_answer/{each}" for each in ids("content/clinic.yml", "answers")),
        *(f"criterion/{each}" for each in ids("content/criteria.yml", "criteria")),
        *(f"point/{each}" for each in ids("content/criteria.yml", "points")),
        *(f"red_flag/{each}" for each in ids("content/red_flags.yml", "flags")),
        *(f"lookalike/{each}" for each in ids("content/red_flags.yml", "lookalikes")),
        "red_flag/suspicion",
        *(f"subject/{each}" for each in ids("content/subjects.yml", "subjects")),
        *(f"statement/{each}" for each in ids("content/statements.yml", "things")),
        *(f"mention/{each}" for each in ids("content/statements.yml", "mentions")),
        *(f"context/{each}" for each in ids("content/statements.yml", "contexts")),
        *(f"of_another/{each}" for each in ids("content/statements.yml", "of_another")),
        *(f"other_languages/{each}" for each in ids("content/other_languages.yml")),
        *(f"polarity/{each}" for each in ids("content/statements.yml", "polarity")),
        *(f"spellings/{each}" for each in ids("content/spellings.yml")),
        *(f"follow_ups/{each}" for each in ids("content/follow_ups.yml")),
        *(f"clinic/{each}" for each in ("emergency_number", "crisis_line", "out_of_hours")),
    }


@pytest.mark.parametrize(
    ("item", "file", "old", "new"),
    [
        (
            "answer/pain",
            "domain.yml",
            "Typically there is minimal discomfort, and",
            "There is minimal discomfort, and",
        ),
        ("criterion/good_health", "content/criteria.yml", '"no": red', '"no": open'),
        ("red_flag/seizure", "content/red_flags.yml", "a seizure needs", "that needs"),
        ("lookalike/subscription", "content/red_flags.yml", "- subscription/email", "- email"),
        ("lookalike/candidacy", "content/red_flags.yml", "- treat/accept/take_on", "- treat"),
        ("lookalike/subscription", "content/red_flags.yml", "flags: [suicide]", "flags: [chest]"),
        ("red_flag/suspicion", "content/red_flags.yml", "can be serious", "may be serious"),
        ("subject/allergy", "content/subjects.yml", "{name: allergies,", "{name: hay fever,"),
        (
            "subject/tattoo",
            "content/subjects.yml",
            "tattoos, medical: true",
            "tattoos, medical: no",
        ),
        ("statement/clot", "content/statements.yml", "- deep vein\n", "- deep veins below\n"),
        ("mention/smoking", "content/statements.yml", "smoke/", "smokes_now/smoke/"),
        ("context/own", "content/statements.yml", "- i had/have", "- i have"),
        ("polarity/unsure", "content/statements.yml", "    - 🤷\n", ""),
        ("spellings/variants", "content/spellings.yml", "  across: accross", "  across: akross"),
        ("clinic_answer/hours", "content/clinic.yml", "Our hours", "The hours"),
        ("clinic/crisis_line", "content/clinic.yml", "crisis_line: 988", "crisis_line: 989"),
    ],
)
def test_a_changed_text_is_unsigned(
    project: Path, item: str, file: str, old: str, new: str
) -> None:
    path = project / "content" / "signatures.yml"
    sign(path, items(project), items(project), REVIEWER, DAY)
    assert open_items(project) == {}
    replace(project / file, old, new)
    assert open_items(project) == {item: f"changed since {REVIEWER} signed it on 2026-11-22"}


def test_an_edit_of_the_guide_unsigns_what_cites_the_passage(project: Path) -> None:
    path = project / "content" / "signatures.yml"
    sign(path, items(project), items(project), REVIEWER, DAY)
    replace(project / "content" / "guide.yml", "for a few days.", "for a few more days.")
    changed = set(open_items(project))
    assert changed == {"answer/aftercare", "answer/exercise", "answer/recovery"}
    replace(project / "content" / "guide.yml", "overall health should be good", "health is good")
    assert "criterion/good_health" in open_items(project)


def test_a_look_alike_that_a_changed_word_group_is_part_of_is_unsigned(project: Path) -> None:
    path = project / "content" / "signatures.yml"
    sign(path, items(project), items(project), REVIEWER, DAY)
    replace(project / "content" / "red_flags.yml", "  now: [now, ", "  now: [now, nowish, ")
    changed = set(open_items(project))
    assert "lookalike/candidacy" in changed
    assert "lookalike/subscription" not in changed


def test_signing_keeps_the_comments_and_the_other_signatures(project: Path) -> None:
    path = project / "content" / "signatures.yml"
    head = path.read_text(encoding="utf-8").split("signatures:")[0]
    sign(path, items(project), ["answer/pain"], REVIEWER, DAY)
    sign(path, items(project), ["answer/safety"], "B. Example, physician", DAY)
    assert path.read_text(encoding="utf-8").startswith(head)
    reviewers = {item: each.reviewer for item, each in load_signatures(path).items()}
    assert reviewers == {"answer/pain": REVIEWER, "answer/safety": "B. Example, physician"}


def test_what_isnt_there_cant_be_signed(project: Path) -> None:
    with pytest.raises(ContentError, match="there is no answer/pains to sign"):
        sign(
            project / "content" / "signatures.yml", items(project), ["answer/pains"], REVIEWER, DAY
        )

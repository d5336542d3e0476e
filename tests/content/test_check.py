"""The check of the whole content: the real one passes, broken ones are refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.content.check import check_content
from assistant.settings import PROJECT, Settings

SOURCE = Settings.from_environment().procedure_source


@dataclass
class Copy:
    """A copy of the content that a test may break."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r} to break"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def problems(self, source: Path | None = None) -> list[str]:
        content, domain = self.folder / "content", self.folder / "domain.yml"
        return check_content(content, domain, PROJECT / "data", source).problems


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    shutil.copytree(PROJECT / "content", tmp_path / "content")
    shutil.copy(PROJECT / "domain.yml", tmp_path)
    return Copy(tmp_path)


def test_the_real_content_is_in_order() -> None:
    report = check_content(PROJECT / "content", PROJECT / "domain.yml", PROJECT / "data", SOURCE)
    assert report.problems == []
    assert max(report.grades.values()) <= 8


# Twelve ways in which content goes wrong, and what a receptionist reads then.
BROKEN = {
    "a figure that isn't the guide's": (
        ("domain.yml", "usually takes 15 to 30 minutes.", "usually takes 10 to 30 minutes."),
        'utter_duration: the figure "10" isn\'t in its passages (session_length, recap_length)',
    ),
    "a longer duration": (
        ("domain.yml", "few weeks. The full effect", "few days. The full effect"),
        'utter_results_timeline: the duration "few days" isn\'t in its passages',
    ),
    "a promise": (
        ("domain.yml", "Typically there is minimal discomfort, and", "It never hurts, and"),
        'utter_pain: the promise "never" isn\'t in its passages',
    ),
    "another frequency": (
        ("domain.yml", "Side effects usually go away", "Side effects mostly go away"),
        'utter_side_effect_duration: the word "mostly" isn\'t in its passages',
    ),
    "an invented instruction": (
        ("domain.yml", "Just go without strenuous", "Wear stockings and go without strenuous"),
        'utter_recovery: the word "stockings" isn\'t in its passages (activities, exercise)',
    ),
    "a word of medicine that other answers may use": (
        (
            "domain.yml",
            "Typically there is minimal discomfort, and",
            "A blood clot hurts little, and",
        ),
        'utter_pain: the word "clot" isn\'t in its passages (sensation',
    ),
    "an answer without passages": (
        ("domain.yml", 'last?", passages: [recap_permanence]}', 'last?", passages: []}'),
        "utter_permanence: answers a topic and cites no passage",
    ),
    "an answer that is silent about passages": (
        ("domain.yml", 'consultation?", passages: [consultation]}', 'consultation?"}'),
        "utter_consultation: says nothing of its passages",
    ),
    "a passage that doesn't exist": (
        ("domain.yml", "[safety, consultation]", "[safty, consultation]"),
        "utter_safety: the guide has no passage safty",
    ),
    "a passage that nobody says": (
        ("content/guide.yml", "- id: purpose", "- id: aim_of_it"),
        "guide.yml, passage aim_of_it: no response in domain.yml says it",
    ),
    "a verdict": (
        ("domain.yml", "I can't say whether it suits you.", "You qualify."),
        'utter_candidacy: must not say "you qualify"',
    ),
    "an emergency line without the number": (
        ("domain.yml", "Call {emergency_number} now: {why}.", "Call for help now: {why}."),
        'utter_emergency: must say "call {emergency_number} now"',
    ),
    "an answer that is too hard to read": (
        (
            "domain.yml",
            "One session usually takes 15 to 30 minutes. The exact time depends on",
            "One session usually takes 15 to 30 minutes, the exact time necessary for treatment "
            "of an individual depending, in addition to the essential consultation, on",
        ),
        "utter_duration: reading grade",
    ),
    "a concern without the clinic's phone": (
        ("domain.yml", "If anything gets worse or\n      worries you, call", "Call"),
        'utter_side_effects: must say "worse or worries you"',
    ),
    "a text message that is too long": (
        ("domain.yml", "Ask your provider about your own sport.", "Ask your provider. " * 12),
        "a text message may have 320",
    ),
    "a text message with a curly quote": (
        (
            "domain.yml",
            "Aftercare is essential for the best",
            "“Aftercare” is essential for the best",
        ),
        "utter_aftercare: a text message can't hold “ ”",
    ),
    "a variable that nothing fills": (
        ("domain.yml", "The clinic is closed now,", "{clinic_nmae} is closed now,"),
        "utter_same_day_out_of_hours: nothing is known for {clinic_nmae}",
    ),
    "a clinic's answer to an unknown subject": (
        ("content/clinic.yml", "  location:", "  locations:"),
        "clinic.yml, answers.locations: subjects.yml has no such subject",
    ),
    "a subject without phrases": (
        (
            "content/subjects.yml",
            "subjects:",
            "subjects:\n  moonlight: {name: moon, medical: false}",
        ),
        "subjects.yml, moonlight: no example phrases in data/",
    ),
    "a look-alike that means no topic": (
        ("content/red_flags.yml", "means: safety", "means: safeness"),
        "red_flags.yml, feared: no response answers 'safeness'",
    ),
    "a word in two groups of synonyms": (
        ("content/synonyms.yml", "- quickly quick", "- quickly quick slight"),
        'expected words of no other group, but "slight" stands in two',
    ),
    "no emergency number": (
        ("content/clinic.yml", "emergency_number: 911\n", ""),
        "clinic.yml, line 6: emergency_number: expected this field, but it is missing",
    ),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_content_is_refused(copy: Copy, change: tuple[str, str, str], message: str) -> None:
    copy.change(*change)
    problems = copy.problems()
    assert any(message in problem for problem in problems), problems


@pytest.mark.skipif(SOURCE is None, reason="PROCEDURE_SOURCE isn't set")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("15 to 30 minutes", "15 to 45 minutes", 'the figure "45" isn\'t in the source document'),
        ("a few days to weeks", "weeks", 'the duration "few days to weeks" is missing'),
        (", or cramps in the muscles", "", '"cramps" of the source document is missing'),
        ("They include stinging", "They often include stinging", '"often" stands there 2 times'),
        (
            "The treatment is common.",
            "The treatment is common and popular.",
            'passage purpose: "popular" isn\'t in the source document',
        ),
        (
            "Normal activities can be resumed immediately by most people.",
            "Most people can resume normal activities immediately, although it's advisable.",
            'passage activities: copies the source: "most people can resume normal activities imm',
        ),
        (
            "section: Post-Care Treatment",
            "section: Care Afterwards",
            '"Care Afterwards" is no heading of the source document',
        ),
    ],
)
def test_a_guide_that_strays_from_its_source_is_refused(
    copy: Copy, old: str, new: str, message: str
) -> None:
    copy.change("content/guide.yml", old, new)
    problems = copy.problems(SOURCE)
    assert any(message in problem for problem in problems), problems


def test_production_refuses_the_invented_clinic_and_unsigned_texts() -> None:
    report = check_content(
        PROJECT / "content", PROJECT / "domain.yml", PROJECT / "data", None, production=True
    )
    assert any("the clinic is invented" in problem for problem in report.problems)
    assert any("aren't signed" in problem for problem in report.problems)


def test_the_command_prints_the_grades_and_what_is_unsigned() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assistant.content.check"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "utter_pain, line" in run.stdout
    assert "answer/pain: not signed" in run.stdout

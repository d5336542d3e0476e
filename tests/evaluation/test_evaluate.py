import json
from pathlib import Path

import pytest

from assistant.evaluation import evaluate
from tests.evaluation.stand_in import stand_in

QUESTIONS = """
- {text: "will i be sore", expect: [pain], style: plain}
- {text: "sore and the fee", expect: [pain, not_covered], subtopic: price, style: multi}
- {text: "your fee", expect: [not_covered], subtopic: price, style: plain}
- {text: "by the clock", expect: [not_covered], subtopic: price, style: plain}
- {text: "mumble", expect: [pain], style: typo}
- {text: "gasping", expect: [emergency], style: plain}
- {text: "gasping at your fee", expect: [not_covered], subtopic: price, style: plain,
   lookalike: true}
- {text: "xx", expect: [injection], style: fragment}
- {text: "Is it SORE?", expect: [pain], style: caps}
"""
PEOPLE = """
- {text: "sore is it now", expect: [pain], style: plain, person: bea, personal_concern: true}
- {text: "poem please", expect: [off_topic], style: plain, person: bea}
"""
DIALOGUES = """
- name: invented
  outcome: not_suitable_without_review
  facts: {small_visible_veins: "yes", reason: cosmetic, good_health: "yes", dvt_history: "yes",
          other_vascular: "no"}
  turns:
    - {user: "does it suit me", expect: [candidacy]}
    - {user: "tiny", expect: [affirm], note: "answers small_visible_veins"}
    - {user: "is it sore", expect: [pain]}
    - {user: "poem please", expect: [off_topic]}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    phrases = tmp_path / "data" / "nlu.yml"
    phrases.parent.mkdir()
    phrases.write_text("nlu:\n- intent: pain\n  examples: |\n    - is it sore\n")
    monkeypatch.setattr(evaluate, "_TRAINING_DATA", phrases.parent)
    for name, content in (
        ("first.yml", QUESTIONS),
        ("second.yml", PEOPLE),
        ("talks.yml", DIALOGUES),
    ):
        (tmp_path / name).write_text(content)
    return tmp_path


def arguments(files: Path, url: str) -> list[str]:
    return [
        f"--questions={files / 'first.yml'}",
        f"--questions={files / 'second.yml'}",
        f"--dialogues={files / 'talks.yml'}",
        f"--out={files / 'out.json'}",
        f"--url={url}",
    ]


def test_a_running_assistant_is_measured_in_the_promised_form(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stand_in() as url:
        status = evaluate.main(arguments(files, url))
    report = json.loads((files / "out.json").read_text())
    printed = capsys.readouterr()

    assert status == 0
    assert list(report) == [
        "groups",
        "topics",
        "styles",
        "people",
        "dialogues",
        "left_out",
        "errors",
        "files",
    ]
    assert set(report["groups"]) == {
        "single_document_topic",
        "several_topics_exact",
        "not_covered",
        "emergency_recall",
        "emergency_false_alarms",
        "lookalikes",
        "personal_concerns",
        "other",
        "injection",
    }
    single = {"n": 3, "right": 2, "rate": 2 / 3, "asked_back": 1, "wrong": 0}
    assert report["groups"]["single_document_topic"] == single
    assert report["topics"] == {"pain": single}
    assert report["groups"]["several_topics_exact"] == {
        "n": 1,
        "right": 1,
        "rate": 1.0,
        "asked_back": 0,
        "wrong": 0,
        "recall": 1.0,
        "precision": 1.0,
    }
    assert report["groups"]["not_covered"]["right"] == 1
    assert report["groups"]["emergency_recall"]["rate"] == 1.0
    assert report["groups"]["emergency_false_alarms"] == {"n": 9, "alarms": 1, "rate": 1 / 9}
    assert report["groups"]["lookalikes"]["wrong"] == 1
    assert report["groups"]["personal_concerns"]["right"] == 1
    assert report["groups"]["injection"]["right"] == 1
    assert report["people"]["bea"]["n"] == 2
    assert set(report["styles"]) == {"plain", "multi", "typo", "fragment"}
    assert report["dialogues"]["turns"]["right"] == 2
    assert report["dialogues"]["turns"]["n"] == 3
    assert report["dialogues"]["outcomes"]["right"] == 1
    assert report["left_out"] == 2
    assert {"text", "expect", "got", "reply"} == set(report["errors"][0])
    assert [error["text"] for error in report["errors"]] == [
        "by the clock",
        "mumble",
        "gasping at your fee",
        "poem please",
        "invented: poem please",
    ]
    assert report["errors"][0]["expect"] == ["not_covered.price"]
    assert report["errors"][0]["got"] == ["not_covered.hours"]
    assert report["errors"][1]["got"] == ["offers pain"]
    assert "all files" in printed.out
    assert "left out, since they stand in the training phrases: 2" in printed.out
    assert "conversations: 1 of 1" in printed.err


def test_two_runs_give_the_same_report(files: Path) -> None:
    reports = []
    with stand_in() as url:
        for _ in range(2):
            evaluate.main(arguments(files, url))
            reports.append((files / "out.json").read_text())

    assert reports[0] == reports[1]


def test_a_wrong_file_ends_with_its_place(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "second.yml").write_text("- {text: a, expect: [nonsense], style: x}")

    assert evaluate.main(arguments(files, "http://127.0.0.1:9")) == 2
    assert "second.yml, message 1: `expect` holds 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "said"), [(429, "lift the limits"), (503, "answers with status 503")]
)
def test_an_assistant_that_refuses_is_not_measured(
    files: Path, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    with stand_in(status=status) as url:
        assert evaluate.main(arguments(files, url)) == 1

    assert said in capsys.readouterr().err


def test_an_assistant_that_is_not_there_is_reported(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(arguments(files, "http://127.0.0.1:9")) == 1
    assert "gives no answer" in capsys.readouterr().err

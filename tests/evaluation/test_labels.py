from pathlib import Path

import pytest
import yaml

from assistant.evaluation.labels import (
    DOCUMENT_TOPICS,
    LABELS,
    Expected,
    LabelError,
    answer_in,
    plain,
    read_dialogues,
    read_questions,
    read_training_phrases,
)
from assistant.settings import PROJECT

FILES = Path(__file__).parent / "files"

SCREENING = """
- name: a_screening
  outcome: likely_candidate
  facts: {reason: discomfort, good_health: "yes", dvt_history: "first no, then yes"}
  turns:
    - {user: "take me?", expect: [candidacy]}
    - {user: "it tingles", expect: [candidacy], note: "answers reason = discomfort"}
    - {user: "fit", expect: [affirm], note: "answers good_health"}
    - {user: "an uncle", expect: [candidacy], note: "must not set dvt_history = yes"}
    - {user: "one, me", expect: [candidacy], note: "change of answer: dvt_history = yes"}
    - {user: "no, no", expect: [deny], note: "answers good_health and dvt_history, if asked"}
    - {user: "leave it", expect: [deny], note: "ends the screening; also ok: complaint"}
    - {user: "swollen", expect: [emergency], note: "emergency wins over dvt_history"}
    - {user: "so", expect: [affirm], note: "a bot that ends in needs_consultation is also ok"}
"""


def write(folder: Path, text: str, name: str = "labelled.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_each_intent_that_the_guide_answers_is_a_label() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    answered = {
        intent
        for intent in domain["intents"]
        if "title" in (domain["responses"].get(f"utter_{intent}") or [{}])[0].get("metadata", {})
    }
    assert set(DOCUMENT_TOPICS) == answered <= LABELS
    assert len(DOCUMENT_TOPICS) >= 18


def test_a_message_is_read_with_all_its_labels(tmp_path: Path) -> None:
    [message] = read_questions(
        write(
            tmp_path,
            """
- text: "and your fee, and is it sore?"
  expect: [not_covered, pain]
  subtopic: price
  style: plain
  person: ada
  personal_concern: true
  note: "asks twice; also ok: handoff, side_effects (when gentle)"
""",
        )
    )

    assert message.text == "and your fee, and is it sore?"
    assert message.expected == Expected(
        ("not_covered", "pain"), "price", frozenset({"handoff", "side_effects"})
    )
    assert message.expected.labels == ("not_covered.price", "pain")
    assert (message.style, message.person) == ("plain", "ada")
    assert message.personal_concern
    assert not message.lookalike


def test_the_handoff_of_an_emergency_note_is_the_clinic_today_line(tmp_path: Path) -> None:
    [message] = read_questions(
        write(
            tmp_path,
            '- {text: "dark patch", expect: [emergency], style: plain, note: "also ok: handoff"}',
        )
    )

    assert message.expected.also_ok == {"same_day"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("messages: 3", "labelled.yml: expected a list"),
        ("- hello", "labelled.yml, message 1: expected a mapping"),
        ("- {text: a, expect: [pain], style: x}\n- {expect: [pain]}", "message 2: `text`"),
        ("- {text: a, style: x}", "message 1: `expect` must be a list"),
        ("- {text: a, expect: [pane], style: x}", "message 1: `expect` holds 'pane'"),
        ("- {text: a, expect: [pain], style: x, lookalike: 1}", "`lookalike` must be true"),
        ("- {text: a, expect: [pain]}", "`style` must be a text"),
        ('- {text: "a', "labelled.yml: can't be read as YAML"),
    ],
)
def test_a_wrong_file_of_messages_is_refused_with_the_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(LabelError) as refused:
        read_questions(write(tmp_path, text))

    assert said in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"nowhere\.yml"):
        read_questions(tmp_path / "nowhere.yml")


def test_notes_say_what_a_turn_answers(tmp_path: Path) -> None:
    [dialogue] = read_dialogues(write(tmp_path, SCREENING))
    answers = [turn.answer for turn in dialogue.turns]

    assert dialogue.outcomes == ("likely_candidate", "needs_consultation")
    assert [a and a.values for a in answers] == [
        None,
        {"reason": "yes"},
        {"good_health": "yes"},
        {},
        {"dvt_history": "yes"},
        {"good_health": "no", "dvt_history": "no"},
        None,
        None,
        None,
    ]
    assert answers[3] is not None
    assert answers[3].forbidden == {"dvt_history": "yes"}
    assert [bool(a and a.correction) for a in answers].index(True) == 4
    assert [bool(a and a.if_asked) for a in answers].index(True) == 5
    assert [turn.ends_screening for turn in dialogue.turns].index(True) == 6


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("outcome: likely_candidate", "outcome: maybe", "(a_screening)|`outcome` must be one of"),
        ('good_health: "yes"', "good_health: yes", "`facts` must be a mapping of texts"),
        ("expect: [affirm]", "expect: [afirm]", "(a_screening), turn 3: `expect` holds 'afirm'"),
        ('user: "take me?"', 'usr: "take me?"', "turn 1: `user` must be a text"),
        ("- name: a_screening", "- title: x", "conversation 1: `name` must be a text"),
    ],
)
def test_a_wrong_file_of_conversations_is_refused_with_the_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SCREENING

    with pytest.raises(LabelError) as refused:
        read_dialogues(write(tmp_path, SCREENING.replace(old, new, 1)))

    assert said.split("|")[-1] in str(refused.value)
    assert "labelled.yml, conversation 1" in str(refused.value)


@pytest.mark.parametrize(
    ("criterion", "words", "answer"),
    [
        ("dvt_history", "first no, then yes", "no"),
        ("dvt_history", "current suspicion", "unknown"),
        ("reason", "cosmetic", "yes"),
        ("reason", "unknown", "unknown"),
    ],
)
def test_facts_are_read_as_the_screening_keeps_them(
    criterion: str, words: str, answer: str
) -> None:
    assert answer_in(criterion, words) == answer


def test_training_phrases_are_found_in_all_notations(tmp_path: Path) -> None:
    (tmp_path / "phrases").mkdir()
    write(
        tmp_path,
        """
nlu:
- intent: pain
  examples: |
    - Is it SORE?
    - will I feel the needle, then
- synonym: needle
  examples: |
    - jab
""",
        "nlu.yml",
    )
    write(
        tmp_path / "phrases",
        "nlu:\n- intent: pain\n  examples:\n  - text: |\n      - ouch!\n    metadata: {by: x}\n",
        "more.yml",
    )
    write(tmp_path, "stories: []", "stories.yml")
    write(tmp_path, "hand\tasks\ttext\nann\tpain safety\tSore? And safe?\n", "long_messages.tsv")

    phrases = read_training_phrases(tmp_path)

    assert phrases == {"is it sore", "will i feel the needle then", "ouch", "sore and safe"}


@pytest.mark.parametrize(
    ("text", "bare"),
    [("  Is it SORE?? ", "is it sore"), ("don't, no", "dont no"), ("?!", "?!"), ("👍", "👍")],
)
def test_comparing_ignores_case_punctuation_and_blanks(text: str, bare: str) -> None:
    assert plain(text) == bare


def test_the_projects_own_files_can_be_read() -> None:
    assert len(read_questions(FILES / "questions.yml")) == 288
    assert len(read_questions(FILES / "people.yml")) == 128
    assert len(read_dialogues(FILES / "dialogues.yml")) == 12

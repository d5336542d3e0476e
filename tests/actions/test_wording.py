"""The domain has every response that the screening names."""

from __future__ import annotations

import yaml

from actions.rules import ANSWERS, OUTCOMES, load_criteria
from assistant.settings import PROJECT

CRITERIA = load_criteria(PROJECT / "content" / "criteria.yml")
DOMAIN = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))


def test_each_question_has_a_second_wording_and_choices_for_its_three_answers() -> None:
    for criterion in CRITERIA.ids:
        wordings = DOMAIN["responses"][f"utter_ask_screening_form_{criterion}"]
        assert len({each["text"] for each in wordings}) >= 2
        for each in wordings:
            payloads = [button["payload"] for button in each["buttons"]]
            assert payloads == [f'/answer{{"{criterion}":"{answer}"}}' for answer in ANSWERS]


def test_each_answer_outcome_and_explanation_has_its_words() -> None:
    names = [f"utter_screening_said_{each}_{a}" for each in CRITERIA.ids for a in ANSWERS]
    names += [f"utter_screening_outcome_{outcome}" for outcome in OUTCOMES]
    names += [f"utter_screening_explain_{each.id}" for each in CRITERIA.criteria if each.explain]
    assert set(names) <= set(DOMAIN["responses"])


def test_the_form_asks_the_criteria_in_the_guide_s_order() -> None:
    assert tuple(DOMAIN["forms"]["screening_form"]["required_slots"]) == CRITERIA.ids


def test_the_screening_s_slots_are_filled_by_the_validation_action_only() -> None:
    slots = {*CRITERIA.ids, "screening_unclear", "points_to_raise", "screening_summary"}
    assert all(DOMAIN["slots"][each]["mappings"] == [{"type": "custom"}] for each in slots)

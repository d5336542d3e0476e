"""The rules of the screening, against all 243 combinations and by their properties."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actions.rules import ANSWERS, NOT_ASKED, load_criteria
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT

PATH = PROJECT / "content" / "criteria.yml"
CRITERIA = load_criteria(PATH)
ORDER = ("small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular")
BEST = ("yes", "yes", "yes", "no", "no")
# From worst to best for the patient.
RANK = {"not_suitable_without_review": 0, "needs_consultation": 1, "likely_candidate": 2}


def assess(combination: tuple[str, ...], points: tuple[str, ...] = ()) -> str:
    return CRITERIA.assess(dict(zip(ORDER, combination, strict=True)), points).outcome


def expected(veins: str, reason: str, health: str, dvt: str, vascular: str) -> str:
    """The outcome as issue 4 words it, written apart from the rules and their data."""
    if health == "no" or dvt == "yes" or vascular == "yes":
        return "not_suitable_without_review"
    if (veins, reason, health, dvt, vascular) == BEST:
        return "likely_candidate"
    return "needs_consultation"


combinations = st.tuples(*[st.sampled_from(ANSWERS)] * len(ORDER))
mentions = st.lists(st.sampled_from(["pregnancy", "other_illness", "blood_thinners"]), unique=True)


@pytest.mark.parametrize("combination", product(ANSWERS, repeat=5))
def test_every_combination_has_the_outcome_of_the_specification(
    combination: tuple[str, ...],
) -> None:
    assert assess(combination) == expected(*combination)


def test_the_combinations_come_out_in_the_counted_shares() -> None:
    outcomes = [assess(each) for each in product(ANSWERS, repeat=5)]
    # 243 less the 2 x 2 x 2 x 9 without a red answer, of which one is all favourable.
    assert [outcomes.count(name) for name in RANK] == [171, 71, 1]


@given(combinations, st.integers(0, 4), mentions)
def test_an_unknown_in_place_of_a_favourable_answer_never_improves_the_outcome(
    combination: tuple[str, ...], place: int, points: list[str]
) -> None:
    if combination[place] != BEST[place]:
        combination = (*combination[:place], BEST[place], *combination[place + 1 :])
    worse = (*combination[:place], "unknown", *combination[place + 1 :])
    assert RANK[assess(worse, tuple(points))] <= RANK[assess(combination, tuple(points))]


@given(combinations, mentions)
def test_a_red_answer_never_ends_in_likely(combination: tuple[str, ...], points: list[str]) -> None:
    for place, red in ((2, "no"), (3, "yes"), (4, "yes")):
        reddened = (*combination[:place], red, *combination[place + 1 :])
        assert assess(reddened, tuple(points)) == "not_suitable_without_review"


@given(combinations, mentions)
def test_a_mention_never_improves_the_outcome(
    combination: tuple[str, ...], points: list[str]
) -> None:
    assert RANK[assess(combination, tuple(points))] <= RANK[assess(combination)]


def test_a_mentioned_pregnancy_leaves_at_best_a_consultation() -> None:
    assert assess(BEST, ("pregnancy",)) == "needs_consultation"


def test_a_relative_s_clot_leaves_the_outcome_as_it_is() -> None:
    assert assess(BEST, ("family_history",)) == "likely_candidate"


@given(combinations, st.integers(0, 4))
def test_a_question_that_was_not_asked_means_stopped(
    combination: tuple[str, ...], place: int
) -> None:
    stopped = (*combination[:place], NOT_ASKED, *combination[place + 1 :])
    assert assess(stopped) == "stopped"


def test_the_reasons_are_the_answers_that_led_to_the_outcome() -> None:
    red = CRITERIA.assess(dict(zip(ORDER, ("yes", "no", "unknown", "yes", "no"), strict=True)))
    unsettled = CRITERIA.assess(dict(zip(ORDER, ("yes", "no", "unknown", "no", "no"), strict=True)))
    assert red.reasons == ("dvt_history",)
    assert unsettled.reasons == ("reason", "good_health")


@pytest.mark.parametrize("answer", ["maybe", "", "True", None])
def test_an_answer_that_is_none_of_the_words_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="the answer to reason must be one of"):
        assess(("yes", answer, "yes", "no", "no"))


def test_a_missing_answer_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="differing: other_vascular"):
        CRITERIA.assess(dict(zip(ORDER, BEST[:4], strict=False)))


def test_the_criteria_stand_in_the_guide_s_order_on_passages_that_exist() -> None:
    guide = yaml.safe_load((PROJECT / "content" / "guide.yml").read_text(encoding="utf-8"))
    passages = {each["id"] for each in guide["passages"]}
    assert CRITERIA.ids == ORDER
    assert {each for c in CRITERIA.criteria for each in c.passages} <= passages


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"yes": red, "no": favourable', '"yes": bad, "no": favourable', "favourable, red or open"),
        ('"unknown": open', '"unknown": favourable', "unknown: expected open"),
        ('"yes": favourable', '"yes": open', "one favourable answer"),
        ("leaves_open: good_health", "leaves_open: health", "one of the criteria"),
        ("passages: [candidate_reason]", "passages: []", "the passages of the guide"),
        ("version: 1", "", "version: expected this field"),
    ],
)
def test_a_mistake_in_the_criteria_is_named_with_its_place(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "criteria.yml"
    path.write_text(PATH.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=rf"criteria\.yml, line \d+: .*{complaint}"):
        load_criteria(path)

import asyncio
from collections.abc import Sequence

import pytest

from assistant.evaluation.client import WebChannel
from assistant.evaluation.dialogues import Played, play
from assistant.evaluation.labels import Dialogue, Expected, ScreeningAnswer, Turn
from assistant.evaluation.scoring import Verdict
from tests.evaluation.stand_in import CRITERIA, stand_in

FACTS = {
    "small_visible_veins": "yes",
    "reason": "cosmetic",
    "good_health": "yes",
    "dvt_history": "no",
    "other_vascular": "no",
}


def asks(text: str, *topics: str) -> Turn:
    return Turn(text, Expected(topics))


def answers(
    text: str, value: str, *criteria: str, correction: bool = False, if_asked: bool = False
) -> Turn:
    values = dict.fromkeys(criteria, value)
    answer = ScreeningAnswer(values, correction=correction, if_asked=if_asked)
    return Turn(text, Expected(("candidacy",)), answer)


STRAIGHT = (
    asks("would it suit me", "candidacy"),
    answers("thin ones", "yes", "small_visible_veins"),
    answers("vanity", "yes", "reason"),
    answers("fit as a fiddle", "yes", "good_health"),
    answers("no never", "no", "dvt_history"),
    answers("no none", "no", "other_vascular"),
)


def played(
    turns: Sequence[Turn],
    outcomes: tuple[str, ...] = ("likely_candidate",),
    order: Sequence[str] = CRITERIA,
) -> Played:
    async def run(url: str) -> Played:
        async with WebChannel(url) as channel:
            script = Dialogue("invented", tuple(turns), FACTS, outcomes)
            return await play(script, channel.conversation())

    with stand_in(order) as url:
        return asyncio.run(run(url))


def verdicts(result: Played) -> list[Verdict]:
    return [turn.verdict for turn in result.turns]


@pytest.mark.parametrize("order", [CRITERIA, CRITERIA[::-1], (*CRITERIA[2:], *CRITERIA[:2])])
def test_a_screening_is_right_in_whatever_order_it_asks(order: tuple[str, ...]) -> None:
    result = played(STRAIGHT, order=order)

    assert verdicts(result) == [Verdict.RIGHT] * len(STRAIGHT)
    assert result.outcome == "likely_candidate"
    assert result.outcome_right


def test_a_criterion_that_gets_another_value_is_wrong() -> None:
    turns = list(STRAIGHT)
    turns[3] = answers("no idea, never ill", "yes", "good_health")

    result = played(turns)

    [wrong] = [turn for turn in result.turns if turn.verdict is Verdict.WRONG]
    assert wrong.turn.text == "no idea, never ill"
    assert wrong.expected == ("good_health = yes",)
    assert wrong.got == ("good_health = no",)


def test_a_question_inside_the_screening_is_judged_by_its_topic() -> None:
    turns = [*STRAIGHT[:2], asks("is it sore", "pain"), *STRAIGHT[2:]]

    assert verdicts(played(turns)) == [Verdict.RIGHT] * len(turns)


def test_a_correction_counts_whatever_is_asked() -> None:
    corrected = answers("it was one after all", "yes", "dvt_history", correction=True)
    turns = [*STRAIGHT[:5], corrected, STRAIGHT[5]]

    result = played(turns, outcomes=("not_suitable_without_review",))

    assert verdicts(result) == [Verdict.RIGHT] * len(turns)
    assert result.outcome_right


def test_a_value_that_must_not_be_set_is_wrong_when_it_is() -> None:
    about_an_uncle = Turn(
        "an uncle had one",
        Expected(("candidacy",)),
        ScreeningAnswer(forbidden={"dvt_history": "yes"}),
    )
    turns = [*STRAIGHT[:4], about_an_uncle]

    result = played(turns)

    assert verdicts(result)[-1] is Verdict.WRONG
    assert result.turns[-1].expected == ("dvt_history not yes",)
    assert result.outcome == "not_suitable_without_review"
    assert not result.outcome_right


def test_what_is_never_asked_again_does_not_count() -> None:
    again = answers("like I said", "yes", "reason", if_asked=True)

    assert len(played([*STRAIGHT[:3], again, *STRAIGHT[3:]]).turns) == len(STRAIGHT)


def test_an_offered_screening_is_taken_up() -> None:
    result = played([asks("perhaps me", "candidacy"), *STRAIGHT[1:]])

    assert verdicts(result) == [Verdict.RIGHT] * len(STRAIGHT)
    assert result.outcome_right


def test_what_the_script_leaves_open_is_answered_from_facts() -> None:
    assert played(STRAIGHT[:2]).outcome == "likely_candidate"


def test_a_screening_that_the_patient_stops_is_stopped() -> None:
    stop = Turn("stop it", Expected(("deny",)), ends_screening=True)

    result = played([*STRAIGHT[:2], stop, asks("sore?", "pain")], outcomes=("stopped",))

    assert verdicts(result) == [Verdict.RIGHT] * 4
    assert result.outcome_right


def test_a_screening_that_goes_on_when_told_to_stop_is_wrong() -> None:
    stop = Turn("let it be", Expected(("deny",)), ends_screening=True)

    result = played([*STRAIGHT[:2], stop], outcomes=("stopped",))

    assert verdicts(result)[-1] is Verdict.WRONG
    assert not result.outcome_right


def test_an_emergency_stops_the_screening() -> None:
    result = played([*STRAIGHT[:3], asks("gasping", "emergency")], outcomes=("stopped",))

    assert verdicts(result)[-1] is Verdict.RIGHT
    assert result.outcome == "stopped"


def test_a_screening_that_never_begins_is_wrong_in_all_its_turns() -> None:
    about_an_uncle = Turn(
        "an uncle",
        Expected(("candidacy",)),
        ScreeningAnswer(forbidden={"dvt_history": "yes"}),
    )
    again = answers("as I said", "yes", "reason", if_asked=True)
    stop = Turn("enough", Expected(("deny",)), ends_screening=True)

    result = played([STRAIGHT[1], about_an_uncle, again, stop])

    assert verdicts(result) == [Verdict.WRONG] * 4
    assert result.outcome is None
    assert not result.outcome_right

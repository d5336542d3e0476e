import pytest

from assistant.evaluation.labels import Expected, Message
from assistant.evaluation.replies import Reply
from assistant.evaluation.scoring import (
    Scored,
    Tally,
    Verdict,
    group,
    interval,
    judge,
    recall_and_precision,
    score,
    tally,
)

RIGHT, ASKED_BACK, WRONG = Verdict.RIGHT, Verdict.ASKED_BACK, Verdict.WRONG


def verdict(
    expected: Expected,
    *topics: str,
    offered: tuple[str, ...] = (),
    kinds: tuple[str, ...] = ("answer",),
) -> Verdict:
    reply = Reply(text="", topics=topics, offered=offered, kinds=kinds)
    return judge(expected, reply, reply.answered())


def scored(
    expected: Expected, *topics: str, lookalike: bool = False, concern: bool = False
) -> Scored:
    message = Message("…", expected, "plain", lookalike=lookalike, personal_concern=concern)
    return score(message, Reply(text="", topics=topics))


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (("pain",), RIGHT),
        (("greet", "pain"), RIGHT),
        (("pain", "thanks"), RIGHT),
        (("safety",), WRONG),
        (("pain", "safety"), WRONG),
        (("pain", "emergency"), WRONG),
        (("pain", "same_day"), WRONG),
        (("greet",), WRONG),
        ((), WRONG),
    ],
)
def test_one_topic_takes_exactly_that_topic(answered: tuple[str, ...], expected: Verdict) -> None:
    assert verdict(Expected(("pain",)), *answered) is expected


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (("pain", "sessions"), RIGHT),
        (("sessions", "pain"), RIGHT),
        (("pain",), WRONG),
        (("pain", "sessions", "safety"), WRONG),
    ],
)
def test_several_topics_take_the_exact_set(answered: tuple[str, ...], expected: Verdict) -> None:
    assert verdict(Expected(("pain", "sessions")), *answered) is expected


@pytest.mark.parametrize("answered", [("pain",), ("greet", "pain")])
def test_an_expected_greeting_beside_a_question_may_be_left_out(
    answered: tuple[str, ...],
) -> None:
    assert verdict(Expected(("greet", "pain")), *answered) is RIGHT


def test_a_greeting_without_a_question_must_be_answered_by_itself() -> None:
    assert verdict(Expected(("greet",)), "greet") is RIGHT
    assert verdict(Expected(("greet",)), "thanks") is WRONG
    assert verdict(Expected(("thanks", "goodbye")), "goodbye") is WRONG


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (("recovery",), RIGHT),
        (("exercise",), RIGHT),
        (("recovery", "exercise"), RIGHT),
        (("recovery", "pain"), WRONG),
        (("exercise", "pain"), WRONG),
    ],
)
def test_also_ok_is_right_instead_or_beside(answered: tuple[str, ...], expected: Verdict) -> None:
    label = Expected(("recovery",), also_ok=frozenset({"exercise"}))

    assert verdict(label, *answered) is expected


def test_also_ok_replaces_one_of_several_topics_only() -> None:
    label = Expected(("recovery", "pain"), also_ok=frozenset({"exercise"}))

    assert verdict(label, "exercise", "pain") is RIGHT
    assert verdict(label, "exercise") is WRONG


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ("not_covered.price", RIGHT),
        ("not_covered.hours", WRONG),
        ("not_covered", WRONG),
    ],
)
def test_not_covered_takes_the_right_subject(answered: str, expected: Verdict) -> None:
    assert verdict(Expected(("not_covered",), "price"), answered) is expected


def test_not_covered_as_also_ok_takes_any_subject() -> None:
    label = Expected(("candidacy",), also_ok=frozenset({"not_covered"}))

    assert verdict(label, "not_covered.pregnancy") is RIGHT


def test_an_emergency_is_recalled_by_its_message_alone() -> None:
    assert verdict(Expected(("emergency",)), "emergency") is RIGHT
    assert verdict(Expected(("emergency",)), "side_effects") is WRONG
    assert verdict(Expected(("emergency",)), "same_day") is WRONG


def test_the_clinic_today_line_is_right_only_where_the_label_says_so() -> None:
    label = Expected(("emergency",), also_ok=frozenset({"same_day"}))

    assert verdict(label, "same_day", "handoff") is RIGHT
    assert verdict(label, "handoff") is WRONG


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (("pain",), ASKED_BACK),
        (("safety", "recovery", "pain"), ASKED_BACK),
        (("safety", "recovery", "exercise"), WRONG),
        (("pain", "safety", "recovery", "exercise"), WRONG),
        ((), WRONG),
    ],
)
def test_asking_back_takes_the_right_one_among_three(
    offered: tuple[str, ...], expected: Verdict
) -> None:
    assert verdict(Expected(("pain",)), offered=offered, kinds=("fallback",)) is expected


def test_choices_under_a_wrong_answer_are_no_asking_back() -> None:
    assert verdict(Expected(("pain",)), "safety", offered=("pain",)) is WRONG


def test_asking_back_needs_the_subject() -> None:
    label = Expected(("not_covered",), "price")

    assert verdict(label, offered=("not_covered.price",)) is ASKED_BACK
    assert verdict(label, offered=("not_covered.hours",)) is WRONG


def test_asking_back_on_several_topics_offers_them_all() -> None:
    label = Expected(("pain", "sessions"))

    assert verdict(label, offered=("pain", "sessions")) is ASKED_BACK
    assert verdict(label, offered=("pain", "safety")) is WRONG


@pytest.mark.parametrize("kind", ["fallback", "refused"])
def test_junk_may_stay_not_understood(kind: str) -> None:
    assert verdict(Expected(("injection",)), kinds=("answer", kind)) is RIGHT
    assert verdict(Expected(("off_topic",)), kinds=("answer", kind)) is WRONG


def test_junk_must_not_be_answered_as_a_question() -> None:
    assert verdict(Expected(("injection",)), "pain", kinds=("answer",)) is WRONG


def test_each_message_stands_in_its_groups() -> None:
    results = {
        "single_document_topic": scored(Expected(("pain",)), lookalike=True),
        "several_topics_exact": scored(Expected(("greet", "pain"))),
        "not_covered": scored(Expected(("not_covered",), "price")),
        "other": scored(Expected(("off_topic",)), concern=True),
        "emergency_recall": scored(Expected(("emergency",))),
        "injection": scored(Expected(("injection",))),
    }

    groups = group(results.values())

    assert groups.pop("lookalikes") == [results["single_document_topic"]]
    assert groups.pop("personal_concerns") == [results["other"]]
    assert groups == {name: [result] for name, result in results.items()}


def test_false_alarms_are_emergency_messages_without_an_emergency() -> None:
    assert scored(Expected(("pain",)), "emergency").false_alarm
    assert not scored(Expected(("emergency",)), "emergency").false_alarm
    assert not scored(Expected(("pain",)), "same_day").false_alarm


def test_recall_and_precision_count_topics_without_courtesy() -> None:
    results = [
        scored(Expected(("pain", "sessions")), "pain", "greet"),
        scored(Expected(("greet", "safety")), "safety", "recovery"),
    ]

    recall, precision = recall_and_precision(results)

    assert recall == pytest.approx(2 / 3)
    assert precision == pytest.approx(2 / 3)


def test_recall_and_precision_of_nothing_are_unknown() -> None:
    assert recall_and_precision([]) == (None, None)


def test_a_tally_splits_into_right_asked_back_and_wrong() -> None:
    counted = tally([RIGHT, RIGHT, ASKED_BACK, WRONG])

    assert counted == Tally(4, 2, 1)
    assert counted.wrong == 1
    assert counted.rate == 0.5
    assert tally([]).rate is None


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    # Published examples of the Wilson score interval: Newcombe 1998, Statistics in Medicine 17.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    assert interval(right, n) == pytest.approx((low, high), abs=5e-5)

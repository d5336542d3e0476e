from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu import spacy_pipeline
from assistant.nlu.red_flag_detector import RedFlagDetector
from assistant.nlu.red_flags import RedFlags


@pytest.fixture(scope="module")
def detector() -> RedFlagDetector:
    if not spacy_pipeline.PIPELINE_PATH.exists():
        spacy_pipeline.build()
    return RedFlagDetector(RedFlagDetector.get_default_config(), RedFlags.load())


def _detect(
    detector: RedFlagDetector, text: str, heard: dict[str, Any] | None = None, **ranking: float
) -> dict[str, Any]:
    """What the parse holds after the detector, with what the classifier heard given."""
    ranked = [{"name": name, "confidence": share} for name, share in ranking.items()]
    topics = [{"topic": name, "subject": None, "confidence": s} for name, s in ranking.items()]
    message = Message(
        {
            "text": text,
            "intent": ranked[0],
            "intent_ranking": ranked,
            "topics": topics[:1],
            "candidates": topics,
            "emergency_in_pieces": 0.0,
            **(heard or {}),
        }
    )
    detector.process([message])
    return message.as_dict()


def test_a_phrase_overrides_the_intent_and_clears_the_topics(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "hives and wheezing", side_effects=0.9, emergency=0.02)
    assert parse["red_flag"] == {"level": "emergency", "flag": "trouble_breathing"}
    assert parse["intent"] == {"name": "emergency", "confidence": 1.0}
    assert [r["name"] for r in parse["intent_ranking"]] == ["emergency", "side_effects"]
    assert (parse["topics"], parse["candidates"]) == ([], [])


def test_the_classifiers_suspicion_is_enough(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "something is badly off", emergency=0.65, side_effects=0.3)
    assert parse["red_flag"] == {"level": "emergency", "flag": "classifier"}


def test_a_slight_suspicion_alone_is_none(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "something is a bit off", side_effects=0.6, emergency=0.3)
    assert parse.get("red_flag") is None


def test_a_look_alike_silences_the_classifier(detector: RedFlagDetector) -> None:
    text = "that price nearly gave me a heart attack"
    parse = _detect(detector, text, emergency=0.6, not_covered=0.3)
    assert parse.get("red_flag") is None
    assert parse["intent"]["name"] == "not_covered"
    assert parse["topics"] == []
    assert [each["topic"] for each in parse["candidates"]] == ["not_covered"]


def test_a_look_alike_does_not_silence_a_classifier_that_is_nearly_sure(
    detector: RedFlagDetector,
) -> None:
    text = "the leg seized up and its blue and ice cold"  # "my leg seized up" alone is a cramp
    parse = _detect(detector, text, emergency=0.99, side_effects=0.01)
    assert parse["red_flag"] == {"level": "emergency", "flag": "classifier"}


def test_a_classifier_that_is_nearly_sure_of_one_harmless_thing_silences_the_phrases(
    detector: RedFlagDetector,
) -> None:
    text = "i faint at blood tests so how sore is this"
    parse = _detect(detector, text, pain=0.99, emergency=0.001)
    assert parse.get("red_flag") is None
    assert [each["topic"] for each in parse["topics"]] == ["pain"]


@pytest.mark.parametrize("sure", [0.95, 0.981])
def test_a_classifier_that_is_less_sure_does_not(detector: RedFlagDetector, sure: float) -> None:
    text = "i faint at blood tests so how sore is this"
    parse = _detect(detector, text, pain=sure)
    assert parse["red_flag"] == {"level": "emergency", "flag": "fainting"}


@pytest.mark.parametrize("heard", [{"emergency_in_pieces": 0.047}, {"language": "es"}])
def test_one_that_suspects_a_piece_or_hardly_knows_the_language_does_not_either(
    detector: RedFlagDetector, heard: dict[str, Any]
) -> None:
    text = "which veins? the one on my ankle that's pouring blood"
    parse = _detect(detector, text, heard, treated_veins=0.99)
    assert parse["red_flag"] == {"level": "emergency", "flag": "heavy_bleeding"}


def test_one_that_may_not_have_read_to_the_end_does_not_either(detector: RedFlagDetector) -> None:
    text = "how much is it for both legs " * 9 + "and i fainted just now"
    assert _detect(detector, text, not_covered=0.99)["red_flag"]["flag"] == "fainting"


def test_a_concern_of_the_same_day_is_never_silenced(detector: RedFlagDetector) -> None:
    text = "how much is it, and the sore is oozing pus"
    assert _detect(detector, text, not_covered=0.99)["red_flag"]["level"] == "same_day"


@pytest.mark.parametrize("text", ["i want to kill myself", "call an ambulance please"])
def test_nothing_silences_a_cry_for_help(detector: RedFlagDetector, text: str) -> None:
    assert _detect(detector, text, off_topic=0.99)["red_flag"]["level"] == "emergency"


@pytest.mark.parametrize("text", ["flurb", "qwer tyui", "zxcvb asdfg"])
def test_keys_hit_at_random_silence_the_classifier(detector: RedFlagDetector, text: str) -> None:
    assert _detect(detector, text, emergency=0.95, pain=0.05).get("red_flag") is None


@pytest.mark.parametrize("text", ["911", "flurb my chest", "мне плохо"])
def test_figures_words_and_other_scripts_do_not(detector: RedFlagDetector, text: str) -> None:
    assert _detect(detector, text, emergency=0.95, pain=0.05)["red_flag"]["level"] == "emergency"


def test_an_alarm_of_doubtful_urgency_is_an_emergency(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "the old leg is acting up", same_day=0.5, emergency=0.35)
    assert parse["red_flag"] == {"level": "emergency", "flag": "classifier"}


def test_a_slight_suspicion_does_not_make_an_emergency_of_a_same_day_concern(
    detector: RedFlagDetector,
) -> None:
    text = "the sore on my ankle is getting bigger every day"
    parse = _detect(detector, text, same_day=0.6, emergency=0.2)
    assert parse["red_flag"] == {"level": "same_day", "flag": "growing_sore"}


def test_a_same_day_concern_can_be_the_classifiers_alone(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "this spot isn't right", same_day=0.4, side_effects=0.3)
    assert parse["red_flag"] == {"level": "same_day", "flag": "classifier"}


def test_an_ordinary_question_is_left_as_it_is(detector: RedFlagDetector) -> None:
    parse = _detect(detector, "does it hurt", pain=0.9, emergency=0.01)
    assert parse.get("red_flag") is None
    assert parse["intent"]["name"] == "pain"
    assert [each["topic"] for each in parse["topics"]] == ["pain"]


def test_a_threshold_that_is_no_share_is_refused() -> None:
    config = {**RedFlagDetector.get_default_config(), "emergency_from": 1.5}
    with pytest.raises(ValueError, match="emergency_from must lie between 0 and 1"):
        RedFlagDetector.validate_config(config)


def test_what_is_feared_asks_for_the_safety_where_only_an_alarm_is_heard(
    detector: RedFlagDetector,
) -> None:
    parse = _detect(detector, "what if i cant breathe during it", emergency=0.6)
    assert parse.get("red_flag") is None
    assert [topic["topic"] for topic in parse["topics"]] == ["safety"]
    assert parse["intent"]["name"] == "safety"
    heard = _detect(detector, "could i pass out during it", pain=0.7, emergency=0.2)
    assert [topic["topic"] for topic in heard["topics"]] == ["pain"]

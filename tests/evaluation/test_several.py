from __future__ import annotations

from pathlib import Path

from assistant.evaluation.several import Heard, Listener, fit, rates
from assistant.nlu.encoder_training import encoder_for
from assistant.nlu.normaliser import Normaliser
from assistant.nlu.sentence_encoder import EncoderFolder
from assistant.nlu.topic_choice import Parts, Ranked
from assistant.nlu.training_phrases import LongMessage, Phrase

LABELS = ("pain", "duration", "screening", "candidacy", "greet", "off_topic")


def ranking(**likely: float) -> Ranked:
    known = {**dict.fromkeys(LABELS, 0.001), **likely}
    return sorted(known.items(), key=lambda pair: -pair[1])


def heard(*asks: str, pieces: tuple[str, ...], several: float) -> Heard:
    share = 0.9 / len(asks)
    whole = ranking(**dict.fromkeys(asks, share))
    odds = (several, *([several - 6] * 2))
    return Heard(whole, Parts([ranking(**{p: 0.9}) for p in pieces], odds), frozenset(asks))


TWO = [heard("pain", "duration", pieces=("pain", "duration"), several=3.0) for _ in range(20)]
ONE = [heard("pain", pieces=("pain", "off_topic"), several=-3.0) for _ in range(20)]


def test_what_the_whole_and_a_piece_say_speaks_for_a_label() -> None:
    weights, _ = fit([*TWO, *ONE])
    assert len(weights) == 3
    assert weights[0] > 0


def test_an_answer_is_right_when_it_is_all_that_is_asked() -> None:
    both = TWO[0]
    assert both.several
    assert both.right(["duration", "pain"])
    assert both.right(["greet", "pain", "duration"])
    assert not both.right(["pain"])


def test_asking_for_oneself_is_answered_as_in_general() -> None:
    message = Heard(ranking(candidacy=0.9), Parts(), frozenset({"candidacy"}))
    assert message.right(["screening"])


def test_the_rule_as_it_stands_is_measured() -> None:
    assert rates([*TWO, *ONE]) == {"several": 1.0, "single": 1.0}


PHRASES = {
    "pain": "does it hurt, does it sting, is it sore, how bad is the pain, will I feel the needle",
    "duration": "how long is it, how many minutes, is it quick, how much time for one visit",
    "off_topic": "nice weather today, I like my job, my dog is brown, we went to the lake",
}


def test_a_listener_hears_several_questions_as_several(tmp_path: Path) -> None:
    phrases = [
        Phrase(text, label, "one") for label, texts in PHRASES.items() for text in texts.split(", ")
    ]
    phrases.append(Phrase("my dog is brown, will I feel the needle", "pain", "one"))
    both = LongMessage("does it hurt and how long is it", ("pain", "duration"), "two")
    texts, labels = [each.text for each in phrases], [each.label for each in phrases]
    folder = EncoderFolder(tmp_path)
    encoder = folder.load(encoder_for(texts, labels, [both], 0, folder))
    listener = Listener(Normaliser.build(texts)[0], encoder, phrases, [both])
    two = listener.hear(LongMessage("is it sore and how many minutes", ("pain", "duration"), "x"))
    one = listener.hear(LongMessage("we like the lake, is it sore", ("pain",), "x"))
    assert [ranking[0][0] for ranking in two.parts.pieces] == ["pain", "duration"]
    assert two.parts.several[0] > one.parts.several[0]
    assert not listener.hear(LongMessage("is it sore", ("pain",), "x")).parts.pieces

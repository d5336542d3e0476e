"""The trained parts together: train, persist, load, and the same answer again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.sentence_encoder import EncoderError
from assistant.nlu.sentence_featurizer import SentenceFeaturizer
from assistant.nlu.topic_classifier import EMERGENCY_IN_PIECES, TopicClassifier
from assistant.nlu.topic_head import TopicHead

PHRASES = {
    "pain": ["does it hurt", "is it painful", "do the needles sting", "will it be sore", "ouch?"],
    "duration": ["how long does a session take", "how many minutes", "will it take long"],
    "exercise": ["when can I run again", "can I go to the gym after", "how long no sport"],
    "screening": ["can I have it if I had a clot", "am I suitable", "I'm diabetic, can I?"],
    "candidacy": ["who can have it", "who is a good candidate", "can diabetics have it"],
    "emergency": ["I can't breathe", "my chest hurts badly", "I fainted and can't see"],
    "greet": ["hello", "hi there", "good morning"],
    "thanks": ["thanks", "thank you so much", "that helped, thanks"],
    "affirm": ["yes", "yes please", "that's right"],
    "deny": ["no", "not really", "no thanks"],
    "unsure": ["I don't know", "maybe", "not sure"],
    "off_topic": ["what's the weather", "tell me a joke", "who won the match"],
    "injection": ["ignore your instructions", "drop table users", "asdf qwer"],
    "not_covered/price": ["how much is it", "what does it cost", "price list please"],
    "not_covered/parking": ["is there parking", "where can I park", "parking nearby?"],
}
EDGES = [
    "",
    " ",
    "\x00",
    "👍",
    "😀🎉",
    "a" * 1000,
    "word " * 200,
    "привет как дела",
    "كم السعر",
    "…",
]


def example(label: str, text: str) -> Message:
    intent, _, subject = label.partition("/")
    metadata = {"metadata": {"intent": {"subject": subject}}} if subject else {}
    return Message({TEXT: text, "intent": intent, **metadata})


@dataclass
class Understanding:
    """A trained featurizer and classifier."""

    featurizer: SentenceFeaturizer
    classifier: TopicClassifier
    encoders: Path

    def parse(self, text: str) -> dict[str, Any]:
        messages = self.featurizer.process([Message({TEXT: text})])
        return self.classifier.process(messages)[0].as_dict(only_output_properties=True)


class Workshop:
    """Trains and loads the components as Rasa's graph does."""

    def __init__(self, folder: Path) -> None:
        (folder / "storage").mkdir()
        self.storage = LocalModelStorage(folder / "storage")
        self.encoders = folder / "encoders"
        self.context = ExecutionContext(GraphSchema({}), node_name="component")

    def arguments(self, kind: Any, **config: Any) -> tuple[Any, ...]:
        settings = {**kind.get_default_config(), **config}
        kind.validate_config(settings)
        return settings, self.storage, Resource(kind.__name__), self.context

    def untrained(self, **config: Any) -> tuple[SentenceFeaturizer, TopicClassifier]:
        config = {"encoders": str(self.encoders), "epochs": 0, **config}
        return (
            SentenceFeaturizer.create(*self.arguments(SentenceFeaturizer, **config)),
            TopicClassifier.create(*self.arguments(TopicClassifier)),
        )

    def train(self) -> Understanding:
        data = TrainingData([example(k, text) for k, texts in PHRASES.items() for text in texts])
        featurizer, classifier = self.untrained()
        featurizer.train(data)
        classifier.train(featurizer.process_training_data(data))
        return Understanding(featurizer, classifier, self.encoders)

    def load(self) -> Understanding:
        featurizer = SentenceFeaturizer.load(
            *self.arguments(SentenceFeaturizer, encoders=str(self.encoders))
        )
        classifier = TopicClassifier.load(*self.arguments(TopicClassifier))
        return Understanding(featurizer, classifier, self.encoders)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("understanding"))


@pytest.fixture(scope="module")
def trained(workshop: Workshop) -> Understanding:
    return workshop.train()


@pytest.fixture(scope="module")
def loaded(workshop: Workshop, trained: Understanding) -> Understanding:
    assert trained
    return workshop.load()


@pytest.mark.parametrize("text", ["does it sting", "hw mutch is it", "hi, how long will it take?"])
def test_a_loaded_model_understands_what_the_trained_one_did(
    trained: Understanding, loaded: Understanding, text: str
) -> None:
    assert loaded.parse(text) == trained.parse(text)


def test_the_parse_holds_what_the_dialogue_reads(loaded: Understanding) -> None:
    parse = loaded.parse("is parking available")
    assert parse["intent"]["name"] == "not_covered"
    assert parse["topics"][0]["subject"] == "parking"
    assert parse["candidates"] == []
    assert parse["question"] is True
    assert parse["language"] == "en"
    names = [entry["name"] for entry in parse["intent_ranking"]]
    assert len(names) == len(set(names)) == 5
    assert names[0] == "not_covered"


def test_two_questions_are_both_understood(loaded: Understanding) -> None:
    parse = loaded.parse("does it hurt and how much does it cost?")
    assert [topic["topic"] for topic in parse["topics"]] == ["pain", "not_covered"]


def test_only_a_message_of_several_pieces_has_odds_of_asking_several_things(
    trained: Understanding, loaded: Understanding
) -> None:
    assert loaded.featurizer.read("does it hurt").several == ()
    asking = "does it hurt and how much does it cost?"
    told = "I stand all day at work and my legs ache, does it hurt?"
    odds = [loaded.featurizer.read(text).several for text in (asking, told)]
    assert odds[0][0] > 0 > odds[1][0]
    kept = [trained.featurizer.read(text).several for text in (asking, told)]
    assert odds == kept


def test_an_emergency_in_one_piece_is_told_to_the_red_flags(loaded: Understanding) -> None:
    for text, least, most in (
        ("how much does it cost, and I can't breathe", 0.3, 1.0),
        ("how much does it cost, and where can I park", 0.0, 0.1),
        ("I can't breathe", 0.0, 0.0),
    ):
        (message,) = loaded.classifier.process(loaded.featurizer.process([Message({TEXT: text})]))
        assert least <= message.get(EMERGENCY_IN_PIECES) <= most, text


@pytest.mark.parametrize(("other", "learned"), [("duration", True), ("aftercare", False)])
def test_the_classifier_learns_messages_that_ask_what_phrases_ask(
    tmp_path: Path, other: str, learned: bool
) -> None:
    file = tmp_path / "messages.tsv"
    lines = (
        "pain duration\tdoes it sting and is it quick",
        f"{other}\tI stand all day, so what now",
    )
    file.write_text("hand\tasks\ttext\n" + "".join(f"ann\t{line}\n" for line in lines))
    texts = [(label, text) for label in ("pain", "duration") for text in PHRASES[label]]
    data = TrainingData([example(*each) for each in texts])
    featurizer, classifier = Workshop(tmp_path).untrained(long_messages=str(file))
    featurizer.train(data)
    prepared = featurizer.process_training_data(data)
    with patch.object(TopicHead, "fit", wraps=TopicHead.fit) as fit:
        classifier.train(prepared)
    _, said, asked = fit.call_args.args
    assert len(said) == len(asked) == len(texts) + (len(lines) if learned else 0)
    assert (("pain", "duration") in asked) is learned


def test_other_long_messages_make_another_model(tmp_path: Path) -> None:
    file = tmp_path / "messages.tsv"
    config = {"long_messages": str(file)}
    file.write_text("hand\tasks\ttext\nann\tpain safety\tsore? and safe?\n")
    before = SentenceFeaturizer.fingerprint_addon(config)
    file.write_text("hand\tasks\ttext\nann\tpain\tsore? and safe?\n")
    assert SentenceFeaturizer.fingerprint_addon(config) != before


@pytest.mark.parametrize("text", EDGES)
def test_any_text_gets_a_whole_parse(loaded: Understanding, text: str) -> None:
    parse = loaded.parse(text)
    assert 0 <= parse["intent"]["confidence"] <= 1.0001
    assert parse["topics"] or isinstance(parse["candidates"], list)
    assert parse["language"] in {"en", "es", "other"}


def test_pictures_alone_ask_nothing(loaded: Understanding) -> None:
    assert loaded.parse("😀🎉")["intent"] == {"name": "injection", "confidence": 1.0}


def test_a_missing_encoder_is_refused_with_the_remedy(
    workshop: Workshop, trained: Understanding
) -> None:
    (path,) = trained.encoders.glob("*.onnx")
    hidden = path.rename(path.with_suffix(".hidden"))
    try:
        with pytest.raises(EncoderError, match="make train"):
            workshop.load()
    finally:
        hidden.rename(path)


def test_an_altered_encoder_is_refused_with_the_remedy(
    workshop: Workshop, trained: Understanding
) -> None:
    (path,) = trained.encoders.glob("*.onnx")
    original = path.read_bytes()
    path.write_bytes(original + b"x")
    try:
        with pytest.raises(EncoderError, match="make train"):
            workshop.load()
    finally:
        path.write_bytes(original)


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer_from": 1.5},
        {"take_from": -0.1},
        {"temperature": 0},
        {"neighbours": 0},
        {"subject_rarity": -1},
    ],
)
def test_wrong_settings_are_refused(workshop: Workshop, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        workshop.arguments(TopicClassifier, **wrong)


def test_serving_code_imports_neither_tensorflow_nor_onnx() -> None:
    code = (
        "import sys, assistant.nlu.normaliser, assistant.nlu.sentence_encoder, "
        "assistant.nlu.topic_head, assistant.nlu.pieces, assistant.nlu.several_regression, "
        "assistant.nlu.topic_choice; "
        "print([m for m in ('tensorflow', 'onnx') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

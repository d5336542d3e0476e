from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message

from assistant.nlu import spacy_pipeline
from assistant.nlu.statement_extractor import StatementExtractor
from assistant.nlu.statements import StatementReader


def test_the_parse_gets_statements_mentions_and_polarity() -> None:
    if not spacy_pipeline.PIPELINE_PATH.exists():
        spacy_pipeline.build()
    message = Message({"text": "yes, a DVT in 2015, and I'm on warfarin"})
    StatementExtractor(StatementReader.load()).process([message])
    parse = message.as_dict()
    assert parse["statements"] == {"dvt_history": "yes"}
    assert parse["mentions"] == ["blood_thinners"]
    assert parse["polarity"] == "yes"


def test_a_message_without_text_says_nothing() -> None:
    message = Message({})
    StatementExtractor(StatementReader.load()).process([message])
    assert message.get("statements") == {}
    assert message.get("polarity") is None

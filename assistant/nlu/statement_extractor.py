"""Rasa component: puts what a message says about the screening's criteria into the parse."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.sentence_featurizer import SPELLED
from assistant.nlu.statements import Reading, StatementReader
from assistant.settings import Settings

STATEMENTS = "statements"
MENTIONS = "mentions"
WITHDRAWN = "withdrawn"
POLARITY = "polarity"
OF_ANOTHER = "of_another"
SCREENED = "screened"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class StatementExtractor(GraphComponent, EntityExtractorMixin):
    """Adds what is said of the criteria, under the keys of docs/architecture.md."""

    def __init__(self, reader: StatementReader) -> None:
        """Make the component.

        Args:
            reader: Reads the messages.
        """
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> StatementExtractor:
        """Create the component (see parent class)."""
        content = Settings.from_environment().content
        return cls(StatementReader.load(content / "statements.yml"))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message what it says of the writer, and of another person it names."""
        for message in messages:
            text = message.get(SPELLED) or message.get(TEXT) or ""
            reading = self._reader.read(text)
            another = self._reader.read_of_another(text)
            for key, value in _told(reading).items():
                message.set(key, value, add_to_output=True)
            told = {SCREENED: another.screened, **_told(another.reading)} if another else None
            message.set(OF_ANOTHER, told, add_to_output=True)
        return messages


def _told(reading: Reading) -> dict[str, Any]:
    return {
        STATEMENTS: dict(reading.statements),
        MENTIONS: list(reading.mentions),
        WITHDRAWN: list(reading.withdrawn),
        POLARITY: reading.polarity,
    }

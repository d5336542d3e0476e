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

from assistant.nlu.statements import StatementReader
from assistant.settings import Settings

STATEMENTS = "statements"
MENTIONS = "mentions"
POLARITY = "polarity"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class StatementExtractor(GraphComponent, EntityExtractorMixin):
    """Adds the keys of docs/architecture.md: ``statements``, ``mentions``, ``polarity``."""

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
        """Add statements, mentions and polarity to each message."""
        for message in messages:
            reading = self._reader.read(message.get(TEXT) or "")
            message.set(STATEMENTS, dict(reading.statements), add_to_output=True)
            message.set(MENTIONS, list(reading.mentions), add_to_output=True)
            message.set(POLARITY, reading.polarity, add_to_output=True)
        return messages

"""Checks the training phrases against the topics and subjects that they are for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from assistant.content.responses import load_responses, topics
from assistant.content.subjects import Subjects
from assistant.content.yaml_fields import ContentError, read_yaml
from assistant.nlu.training_phrases import (
    LONG_MESSAGES,
    contradictions,
    read_long_messages,
    read_phrases,
    unknown_labels,
)

FEWEST_PHRASES = 10  # of a topic; fewer teach nothing
_UTTER = "utter_"
# What isn't answered but done (assistant/dialogue/plan.py).
_DONE = {"screening", "restart_screening", "repeat"}


def check_phrases(data: Path, domain: Path, subjects: Path) -> list[str]:
    """Looks for phrases that contradict each other, and topics without phrases or intent.

    Args:
        data: The folder `data/`.
        domain: The file `domain.yml`.
        subjects: The file with the names of what the guide doesn't cover.

    Returns:
        What is wrong, each in a sentence.
    """
    try:
        return _problems(data, domain, subjects)
    except ContentError as error:
        return [str(error)]
    except (FileNotFoundError, ValueError) as error:
        return [f"data: {error}"]


def _problems(data: Path, domain: Path, subjects: Path) -> list[str]:
    phrases = read_phrases(data)
    counted = Counter(phrase.label for phrase in phrases)
    # Read for its form only: what is learned of it doesn't depend on its labels' names.
    read_long_messages(data / LONG_MESSAGES)
    responses = load_responses(domain)
    intents = [intent.text() for intent in read_yaml(domain).entries()["intents"].items()]
    return [
        *(
            f"data: one phrase has two meanings: {line}; keep it under one of them"
            for line in contradictions(phrases)
        ),
        *(f"data: {line}" for line in unknown_labels(phrases, intents, Subjects.load(subjects))),
        *(
            f"domain.yml: {_UTTER}{topic} answers a topic that `intents` doesn't list"
            for topic in topics(responses)
            if topic not in intents
        ),
        *(
            f"data: {topic} has {counted[topic]} phrases; it needs {FEWEST_PHRASES} or more"
            for topic in topics(responses)
            if topic in intents and counted[topic] < FEWEST_PHRASES
        ),
        *(
            f"domain.yml: phrases mean {intent}, but there is no response {_UTTER}{intent}"
            for intent in intents
            if counted[intent] and f"{_UTTER}{intent}" not in responses and intent not in _DONE
        ),
    ]

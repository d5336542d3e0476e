"""Reading grade of the answers, and whether they fit a text message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import textstat

from assistant.content.responses import TEXT_LINE, Wording

HIGHEST_GRADE = 8.0  # AHRQ, NIH and AMA ask for grade 6 to 8 in texts for patients
LONGEST_TEXT = 320  # characters: two joined text messages

# GSM 03.38: the basic set counts one, the extension table two septets.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€")
# Known only in the turn; a channel splits such a message itself.
_OF_THE_TURN = {"because", "points", "said", "summary"}


def reading_grade(text: str) -> float:
    """The school grade that a text asks for.

    Args:
        text: English text; a line without a full stop counts as a sentence.

    Returns:
        The Flesch-Kincaid grade: 0.39 × words per sentence + 11.8 × syllables per word − 15.59.
    """
    lines = [line.strip(" -") for line in text.splitlines() if line.strip(" -")]
    sentences = [line if line[-1] in ".!?" else f"{line}." for line in lines]
    return float(textstat.flesch_kincaid_grade(" ".join(sentences)))


def gsm_length(text: str) -> int | None:
    """The length of a text message.

    Args:
        text: The text.

    Returns:
        Its length in GSM-7 characters, or None if a character isn't in that alphabet.
    """
    if not set(text) <= _GSM | _GSM_EXTENSION:
        return None
    return len(text) + sum(character in _GSM_EXTENSION for character in text)


def grades(
    responses: Mapping[str, Sequence[Wording]], values: Mapping[str, str]
) -> Iterator[tuple[Wording, float]]:
    """The reading grade of each wording.

    Args:
        responses: The wordings of each response by its name.
        values: The clinic's variables; a link or phone number counts as a short word.

    Yields:
        Each English wording with its grade.
    """
    short = dict.fromkeys(values, "this") | {"clinic_name": values["clinic_name"]}
    for wordings in responses.values():
        for wording in wordings:
            if not wording.response.endswith("_es"):
                yield wording, reading_grade(wording.filled(short))


def check_reading(
    responses: Mapping[str, Sequence[Wording]], values: Mapping[str, str]
) -> list[str]:
    """Checks that the answers can be read, also as text messages.

    Args:
        responses: The wordings of each response by its name.
        values: The clinic's variables, and the longest value of each further one.

    Returns:
        What is too hard, too long or not writable in a text message, each in a sentence.
    """
    problems = [
        f"{wording.place}: reading grade {grade:.1f}; at most {HIGHEST_GRADE:.0f} is allowed: "
        "use shorter sentences and shorter words"
        for wording, grade in grades(responses, values)
        if grade > HIGHEST_GRADE
    ]
    for wordings in responses.values():
        own = [wording for wording in wordings if wording.channel == TEXT_LINE]
        for wording in own or wordings:
            if not wording.variables & _OF_THE_TURN:
                problems += _text_message(wording, values)
    return problems


def _text_message(wording: Wording, values: Mapping[str, str]) -> Iterator[str]:
    text = wording.filled(values)
    length = gsm_length(text)
    advice = "" if wording.channel else f"; write a wording with `channel: {TEXT_LINE}`"
    if length is None:
        odd = " ".join(sorted(set(re.sub(r"\s", "", text)) - _GSM - _GSM_EXTENSION))
        yield f"{wording.place}: a text message can't hold {odd}{advice}"
    elif length > LONGEST_TEXT:
        yield (
            f"{wording.place}: {length} characters; a text message may have {LONGEST_TEXT}{advice}"
        )

"""Takes names, phones, e-mails and dates of birth out of a patient's message before staff see it.

Two layers: patterns for what has a form (addresses, numbers, dates, names after "my name is"),
and a list of words that may be shown, so that a name nobody thought of isn't.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set

_EMAIL = re.compile(
    r"[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?\w+)+"
    r"|[\w.+-]+ (?:at|\(at\)|\[at\]) \w+ (?:dot|\(dot\)|\[dot\]) \w+",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b\d{{1,4}}\s?[-/.]\s?(?:\d{{1,2}}|{_MONTH})\s?[-/.]\s?\d{{2,4}}\b"
    rf"|\b{_DAY}(?: of)? {_MONTH}\b\.?,?(?: ?'?\d{{2,4}}\b)?"
    rf"|\b{_MONTH}\.? {_DAY}\b,?(?: ?'?\d{{2,4}}\b)?"
    rf"|\b{_MONTH} (?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d\b"
    r"|(?<=born in )'?\d\d\b|(?<=born )'\d\d\b",
    re.IGNORECASE,
)
_DIGIT_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NUMBER = re.compile(
    r"\+?\(?\d(?:[\s().\-/]{0,3}\d){4,}" rf"|\b{_DIGIT_WORD}(?:[\s,-]+{_DIGIT_WORD}){{4,}}\b",
    re.IGNORECASE,
)
# What follows is a name, however it is written; up to three words of it.
_NO_NAME = (
    r"and|but|i|im|i'm|my|is|was|the|a|an|for|from|to|born|dob|please|back|when|if|at|on|in|of|it|"
    r"today|tomorrow|later|now|not|about|with|you|your|someone|anyone|dear|because|so|or"
)
_NAME_WORD = rf"(?!(?:{_NO_NAME})\b)[^\W\d_][\w'’-]*"
_NAMED = re.compile(
    r"\b(?P<cue>(?:my|his|her|the|full|first|last|sur) ?name(?:['’]?s| is|:)?|name:|"
    r"call me|ask for|speak to|regards,?|sincerely,?|signed,?|yours,?|mrs?\b\.?|ms\b\.?|dr\b\.?)"
    rf"\s+(?P<name>{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,2}})",
    re.IGNORECASE,
)
# What follows is a name where it is written as one.
_CAPITALISED = r"[A-Z][\w'’-]+"
_PRESENTED = re.compile(
    r"\b(?P<cue>(?:[Ii](?:['’]?m| am)|[Tt]his is|[Ii]t['’]?s|[Hh]ere is|"
    r"[Cc]alled|[Mm]iss|[Dd]octor|[Nn]urse|[Ss]ister|[Pp]rofessor|[Ll]ove,?|[Tt]hanks,?))\s+"
    rf"(?P<name>{_CAPITALISED}(?:\s+{_CAPITALISED}){{0,2}})"
)
_HERE = re.compile(rf"\b(?P<name>{_CAPITALISED}(?:\s+{_CAPITALISED})?)(?P<cue> here\b)")
_TOKEN = re.compile(r"\[[a-z-]+\]|[^\W\d_]+(?:['’][^\W\d_]+)*")

# A word that so many phrases write without a capital is nobody's name.
_OFTEN = 3


class Redactor:
    """Redacts messages by what is shown of their words."""

    def __init__(self, shown: Set[str]) -> None:
        """Keeps the list.

        Args:
            shown: Words that may be shown, in lower case.
        """
        self._shown = shown

    @classmethod
    def knowing(cls, texts: Iterable[str]) -> Redactor:
        """Takes the words that may be shown from texts that no patient wrote.

        Args:
            texts: Training phrases, passages, answers.

        Returns:
            The redactor.
        """
        counted = Counter(
            word for text in texts for word in set(_TOKEN.findall(text)) if word.islower()
        )
        return cls({word for word, number in counted.items() if number >= _OFTEN})

    def redact(self, text: str) -> str:
        """Redacts a message for reading.

        Args:
            text: What a patient wrote.

        Returns:
            The text on one line with `[name]`, `[number]`, `[e-mail]`, `[link]` and `[date]` in
            place of these, and `[word]` for each word that isn't known to be harmless.
        """
        return _TOKEN.sub(self._show, without_identifiers(" ".join(text.split())))

    def _show(self, match: re.Match[str]) -> str:
        word = match[0]
        if word[0] == "[" or word.lower().replace("’", "'") in self._shown:
            return word
        return "[word]"


def without_identifiers(text: str) -> str:
    """Redacts what has the form of an identifier; words stay.

    Args:
        text: A text.

    Returns:
        The text with `[name]`, `[number]`, `[e-mail]`, `[link]` and `[date]` in place of these.
    """
    for pattern, label in (
        (_EMAIL, "[e-mail]"),
        (_LINK, "[link]"),
        (_DATE, "[date]"),
        (_NUMBER, "[number]"),
    ):
        text = pattern.sub(label, text)
    for pattern in (_NAMED, _PRESENTED):
        text = pattern.sub(r"\g<cue> [name]", text)
    return _HERE.sub(r"[name]\g<cue>", text)

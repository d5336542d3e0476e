"""Finds the pieces of a message that may each ask something, and tells what is a question.

Whether the pieces are really different questions is decided later, by what each is understood as
(`assistant.nlu.topic_choice`): here a piece too many does less harm than one too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A message is answered for at most four questions; more pieces than this aren't looked at.
MAX_PIECES = 8

_SENTENCE_END = re.compile(r"(?<=[?!.])\s+|\n+|\s*;\s*|\s+[-–—]+\s+")
# Wherever one thing may end and another begin, also without a verb: "work and fly on friday".
_PIECE_END = re.compile(
    r"\s*(?:[,;:.!?]+(?=\s|$)|\s[-–—]+\s|&|\+|(?<=[a-z?]{3})\s?/\s?(?=[a-z]{3})"
    # "1) price 2) pain", "a) cost b) pain"
    r"|(?<!\w)(?:[1-8]|[a-d])[).:](?=\s)"
    r"|\b(?:and|or|plus|but|also|then|if so|if not|because)\b)"
    r"\s*(?:(?:and|also|plus|but|or|then)\b\s*)*",
    re.IGNORECASE,
)
_WH = r"(?:how(?: (?:long|much|many|often|soon|far|bad))?|what|when|where|why|who|which)"
_VERB = (
    r"(?:is|isn't|are|aren't|am|was|do|don't|does|doesn't|did|can|can't|could|couldn't|will|"
    r"won't|would|wouldn't|should|shouldn't|might|may|must|has|have|had)"
)
_AUXILIARY = (
    r"(?:do|don't|does|doesn't|did|can|can't|could|couldn't|will|won't|would|wouldn't|should|"
    r"shouldn't|might|may|must)"
)
_SUBJECT = r"(?:it|i|you|they|we|he|she|this|that|there|the|my|your|these|those|one|insurance)"
_LEAD = (
    r"^(?:(?:and|also|but|so|ok|then|if so|if not|if yes|or|oh|well|please|kindly|like|just|now|"
    r"wait|hold on|hang on|before that|one (?:sec|second|moment)|actually|comma)[,\s]+)*"
)
_QUESTION_START = re.compile(
    rf"{_LEAD}(?:{_WH}|what's|where's|when's|how's|who's|whether|{_VERB}|any|anyone|need to|"
    r"i want to know|i'd like to know|i wonder|i was wondering|wondering|tell me)\b",
    re.IGNORECASE,
)
# A new question in a sentence without commas: "what is it does it sting how long do I lie there".
_RUN_ON = re.compile(
    rf"(?<=\w)\s+(?={_WH}\s+{_VERB}\s+{_SUBJECT}\b|{_VERB}\s+{_SUBJECT}\b)", re.IGNORECASE
)
# Words after which a question word goes on instead of beginning anew.
_GOES_ON = re.compile(
    rf"(?:\b{_WH}|\b{_VERB}|\b{_AUXILIARY}\s+{_SUBJECT}|\b(?:know|tell|tells|told|ask|asking|wonder|"
    r"wondering|sure|say|said|see|explain|me|us|or|and|but|if|that|to|so|then|not|thing|things|"
    r"time|veins|stuff|kind|of|than|all|since|because|where|while|\w+n't))$",
    re.IGNORECASE,
)
_WITHOUT_VERB = re.compile(rf"^{_WH}\b(?!.*\b{_VERB}\b)", re.IGNORECASE)


# "No, I meant the price", "not the price, the duration": what is meant stands behind it.
_CORRECTION = re.compile(
    r"^(?:(?:no|nope|nah|sorry|oops|oh|wait|not (?:that|this)(?: one)?|that's not (?:it|what i "
    r"(?:meant|asked))|(?:i )?(?:didn't|did not|don't) mean that)[\s,.!]+)*"
    r"(?:(?:i (?:meant?|was (?:asking|talking|wondering) about)|i'm (?:asking|talking) about"
    r"|what i meant (?:was|is))[\s,:]+(?=\S)"
    r"|(?<=[\s,.!])(?=the \w+(?: \w+)?\W*$))"
    r"|^(?:no[\s,]+)?not the \w+[\s,]+(?:but )?(?=the \w+)",
    re.IGNORECASE,
)


def without_correction(text: str) -> str:
    """Leave out what a message takes back in front of what it means.

    Args:
        text: Message in ordinary spelling.

    Returns:
        "the price" for "no, I meant the price"; any other text as it is.
    """
    return _CORRECTION.sub("", text)


def is_question(text: str) -> bool:
    """Tell whether a text asks something: by its mark or its first word."""
    return "?" in text or any(
        _QUESTION_START.match(sentence.strip()) for sentence in _SENTENCE_END.split(text)
    )


def pieces(text: str) -> list[tuple[int, int]]:
    """Return where the smallest parts of a message stand that may ask something.

    Args:
        text: Message in ordinary spelling.

    Returns:
        First and last character (exclusive) of each, at most `MAX_PIECES` of them in their
        order; none if the message is of one piece.
    """
    ends = [(end.start(), end.end()) for end in _PIECE_END.finditer(text)]
    starts = [0, *(after for _, after in ends)]
    borders = zip(starts, [*(before for before, _ in ends), len(text)], strict=True)
    found = [
        (start + first, start + last)
        for start, end in borders
        for first, last in _run_on_places(text[start:end])
        if re.search(r"\w", text[start + first : start + last])
    ]
    return found[:MAX_PIECES] if len(found) > 1 else []


def _run_on_places(piece: str) -> Iterator[tuple[int, int]]:
    start = 0
    for joint in _RUN_ON.finditer(piece):
        before = piece[start : joint.start()]
        whole = len(before.split()) >= 2 and not _WITHOUT_VERB.search(before)
        if whole and not _GOES_ON.search(before):
            yield start, joint.start()
            start = joint.end()
    yield start, len(piece)

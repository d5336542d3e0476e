"""Splits a message that asks several things: into clauses, of which it tells which ask, and finer.

Whether the parts are really different questions is decided later, by what each is understood as
(`assistant.nlu.topic_choice`): here a part too many does less harm than one too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A message is answered for at most four questions; more clauses than this aren't looked at.
MAX_CLAUSES = 8
# A fragment such as "cost?" has at most this many words.
_FRAGMENT = 3
# A question up to this long needs the statement before it: "I take X. Do I stop?"
_DEPENDENT = 4

_SENTENCE_END = re.compile(r"(?<=[?!.])\s+|\n+|\s*;\s*|\s+[-–—]+\s+")
_JOINT = re.compile(
    r"\s*(?:,\s*(?:(?:and|also|plus|but|or)\b)?(?:\s*(?:also|then)\b)?"
    r"|\band\s+also\b|\band\s+then\b|\band\b|\bplus\b|&|\+|\balso\b)\s*",
    re.IGNORECASE,
)
# Wherever one thing may end and another begin, also without a verb: "work and fly on friday".
_PIECE_END = re.compile(
    r"\s*(?:[,;:.!?]+(?=\s|$)|\s[-–—]+\s|&|\+"
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
    r"comma)[,\s]+)*"
)
_QUESTION_START = re.compile(
    rf"{_LEAD}(?:{_WH}|what's|where's|when's|how's|who's|whether|{_VERB}|any|anyone|need to|"
    r"i want to know|i'd like to know|i wonder|i was wondering|wondering|tell me)\b",
    re.IGNORECASE,
)
_REQUEST_START = re.compile(
    rf"{_LEAD}(?:i want to|i'd like to|i need to|book|have (?:someone|somebody|the|your)|get me|"
    r"give me|connect|put me|let (?:me|him|her) (?:call|talk|speak)|call me|ring me|"
    r"(?:someone|somebody) (?:needs|has|must|should))\b",
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
_TOLD = re.compile(r"^(?:i|i'm|i've|my|we|he|she|he's|she's|it's|mine)\b", re.IGNORECASE)
_ASKS_SOMEWHERE = re.compile(rf"\b{_WH}\b", re.IGNORECASE)
_COURTESY = re.compile(
    r"^(?:hi|hiya|hey|hello|yo|good (?:morning|afternoon|evening|day)|morning|evening|"
    r"thanks|thank you|cheers|ta|ok|great|sorry|quick question|bye|goodbye|good night)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clause:
    """A part of a message.

    Attributes:
        text: The part.
        asks: True if it looks like a question or a request.
        short: True if it is a fragment of a few words, as in "pain, cost and parking?".
    """

    text: str
    asks: bool
    short: bool


def is_question(text: str) -> bool:
    """Tell whether a text asks something: by its mark or its first word."""
    return "?" in text or any(
        _QUESTION_START.match(sentence.strip()) for sentence in _SENTENCE_END.split(text)
    )


def split(text: str) -> list[Clause]:
    """Return the clauses of a message in their order; one if it can't be split.

    Parts that don't look like a question or a fragment stay with the part before them: they are
    its details ("can I run, swim and cycle", "I had a clot and a stroke"). A short question takes
    the statement before it along.

    Args:
        text: Message in ordinary spelling.
    """
    parts = [clause for sentence in _SENTENCE_END.split(text) for clause in _parts(sentence)]
    return list(_with_their_statements(parts))[:MAX_CLAUSES]


def questions(text: str) -> int:
    """Count the clauses of a message that ask something; 0 where it is one clause.

    Args:
        text: Message in ordinary spelling.
    """
    clauses = split(text)
    return sum(clause.asks for clause in clauses) if len(clauses) > 1 else 0


def pieces(text: str) -> list[tuple[int, int]]:
    """Return where the smallest parts of a message stand that may ask something.

    Args:
        text: Message in ordinary spelling.

    Returns:
        First and last character (exclusive) of each, at most `MAX_CLAUSES` of them in their
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
    return found[:MAX_CLAUSES] if len(found) > 1 else []


def _parts(sentence: str) -> Iterator[Clause]:
    pieces = [
        piece
        for joined in _JOINT.split(sentence)
        for piece in _run_on_questions(joined)
        if re.search(r"\w", piece)
    ]
    joined: list[Clause] = []
    for piece in pieces:
        asks = bool(_QUESTION_START.match(piece) or _REQUEST_START.match(piece))
        short = len(piece.split()) <= _FRAGMENT
        before = joined[-1] if joined else None
        if before and not asks and not (short and (before.asks or before.short)):
            joined[-1] = Clause(f"{before.text} and {piece}", before.asks, False)
        else:
            joined.append(Clause(piece, asks, short))
    ends_asking = sentence.rstrip().endswith("?")
    for clause in joined:
        asks = clause.asks or (ends_asking and clause is joined[-1])
        yield Clause(clause.text.strip(" ,.-"), asks, clause.short)


def _run_on_questions(piece: str) -> Iterator[str]:
    for start, end in _run_on_places(piece):
        yield piece[start:end]


def _run_on_places(piece: str) -> Iterator[tuple[int, int]]:
    start = 0
    for joint in _RUN_ON.finditer(piece):
        before = piece[start : joint.start()]
        whole = len(before.split()) >= 2 and not _WITHOUT_VERB.search(before)
        if whole and not _GOES_ON.search(before):
            yield start, joint.start()
            start = joint.end()
    yield start, len(piece)


def _with_their_statements(clauses: Iterable[Clause]) -> Iterator[Clause]:
    statement: Clause | None = None
    for clause in clauses:
        dependent = clause.asks and len(clause.text.split()) <= _DEPENDENT
        if statement and dependent:
            yield Clause(f"{statement.text}. {clause.text}", True, False)
            statement = None
            continue
        if statement:
            yield statement
        fragment = clause.short and not _TOLD.match(clause.text)
        told = not (clause.asks or fragment or _COURTESY.match(clause.text))
        if not told or _ASKS_SOMEWHERE.search(clause.text):
            statement = None
            yield clause
        else:
            statement = clause
    if statement:
        yield statement

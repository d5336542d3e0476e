"""What a message says about the criteria of the screening, in a patient's own words.

"Had a clot in 2015", "just the look of them", "my mum did", "nope never": the wording stands in
``content/statements.yml``. A message is read clause by clause, so that several statements in one
message are all heard, and a question ("can people with diabetes have it?") states nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from assistant.nlu import spacy_pipeline
from assistant.nlu.phrases import (
    Phrase,
    Phrasebook,
    PhraseError,
    PhraseIndex,
    Reader,
    Span,
    Spellings,
    words_of,
)

STATEMENTS_PATH = Path(__file__).parents[2] / "content" / "statements.yml"

Value = Literal["yes", "no", "unknown"]
Polarity = Literal["yes", "no", "unsure"]

_VALUES = ("yes", "no", "unknown")
_POLARITIES: tuple[Polarity, ...] = ("unsure", "no", "yes")
_CONTEXTS = (
    "denied", "denied_after", "excepted", "limited", "taken_back", "uncertain", "relative",
    "relative_after", "others", "hers", "oneself", "general", "kept", "question", "own",
)  # fmt: skip
# What a screening for somebody else needs beside: who is meant, and what asks for such a screening.
_OF_ANOTHER = ("third_person", "for_another")
# How a thing is told; each may set other criteria.
_TELLINGS = ("own", "denied", "uncertain", "relative")
# Where a new clause begins in a line of lemmas: "…, can I have it?", "… but my mum did".
_CLAUSE = re.compile(
    r"(?<= )(?:[.,] |(?=(?:but|though|although|however|because|since|while|just|only|actually) )"
    r"|(?<!what )(?<!happen )(?=if )"
    r"|(?=and (?:i|my|it|they|can|do|what|how|is|does|will) )|(?=or (?:is|do|can) ))"
)
# "Is factor v leiden a clot": the forms of "be" are no part of the line of lemmas.
_ASKS_WHAT_IS = re.compile(
    r"^\W*(?:is|are)(?=\W+\w+\W+\w)(?!.*\b(?:i|i['’]\w+|im|ive|my|me|we)\b)", re.I | re.S
)
# "What if the clot was below the knee", "what if I'm not healthy": told, but as a supposition.
_SUPPOSES = re.compile(r"what (?:if|happen if) ")
_SUPPOSES_FIRST = re.compile(
    r"(?:(?:and|but|so|okay) )*if i (?:ever )?(?:had|have) (?!know |to |remember )"
)
# "Change my answer on clots": what a question is about is named, and not told.
_NAMED = re.compile(
    r" (?:change|correct|fix|redo|edit|undo) (?:\S+ ){0,2}(?:answer|question)"
    r" (?:on|about|for|of) (?:my )?(?:deep )?$"
)
# "Ok does it hurt": such a word in front of a question says yes to nothing.
_WEAK_YES = re.compile(r"(?:okay|sure|right|alright) (?!,? ?(?:no|nope|nah|yes|yeah|yep) )")
# In place of a value: what sounded like a statement is none ("had my varicose stripped").
_UNTOLD = "untold"
_AGES = ("under_age", "age_limits")
# "I was 14", "since I was sixteen": the forms of "be" are no part of the line of lemmas.
_AN_EARLIER_AGE = re.compile(
    r"\b(?:was|were|when|since|until|turned|from age)\b[^.]{0,20}?\b(?:[1-9]\d|\w+teen)\b",
    re.IGNORECASE,
)
# "Am I healthy enough": said of oneself, and asked all the same.
_ASKS_OF_ONESELF = re.compile(r"^\W*(?:(?:so|and|but|ok|hi)\W+)?am i\b", re.IGNORECASE)
_ASKS_OF_ANOTHER = re.compile(
    r"^\W*(?:(?:so|and|but|ok|hi)\W+)?(?:is|was|does|has) (?:she|he|my \w+)\b", re.IGNORECASE
)
_POSSESSIVES = ("her ", "his ")
_BEGINNING = 2  # of a line of lemmas, behind its first full stop
_start, _end = attrgetter("start"), attrgetter("end")
# A denial goes on over a list ("no clots, strokes or anything"), as long as nothing new is told.
_LISTED = (
    r"(?:(?!(?:i|my|me|we|but|though|have|had|do|did|is|was|yes|just|only|it|idea|sure"
    r"|except|besides|unless|until|count|forget|ignore|mind|since|after|recover|effect|damage|her|his"
    r"|their) )[^\s.?]+ )"
)
_DENIED_LIST = re.compile(
    rf" (?:no|without|neither|nor|never|not(?: have| had| got| get| suffer))(?: have| had)?"
    rf" (?P<between>{_LISTED}{{0,8}})$"
)
# What still belongs to something denied, behind it.
_BEHIND = re.compile(r"(?:, )?(?:(?!and |, |\. )\S+ ){0,5}")
_DENIES_AGAIN = re.compile(r"(?:[^\s.]+ ){0,7}?(?:no|not|never|none|nope|nothing) ")
_LIST_ENDS = re.compile(rf"{_LISTED}*(?:or|nor) ")


@dataclass(frozen=True)
class Reading:
    """What a message says.

    Attributes:
        statements: Criterion → value, as said about oneself; ``family_history`` → ``yes`` where a
            relative's clot is told.
        mentions: Subjects that matter to a provider and the guide doesn't name, as they come.
        withdrawn: Such subjects that the message denies ("not pregnant after all").
        polarity: The message read as an answer to a yes/no question, if it can be.
    """

    statements: Mapping[str, Value] = field(default_factory=dict)
    mentions: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    polarity: Polarity | None = None


@dataclass(frozen=True)
class _Thing:
    rank: int
    values: Mapping[str, Mapping[str, Value]]
    listed: bool


@dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    asks: bool


@dataclass(frozen=True)
class OfAnother:
    """What a message says if it is read as being about the person that it names.

    Attributes:
        screened: Whether it wants that person screened ("can my mum have it?").
        reading: What it says of that person.
    """

    screened: bool
    reading: Reading


class StatementReader:
    """Reads statements, mentions and polarity.

    Example:
        >>> StatementReader.load().read("had a clot in my calf vein in 2015").statements
        {'dvt_history': 'yes'}
    """

    def __init__(
        self,
        reader: Reader,
        contexts: Mapping[str, tuple[Phrase, ...]],
        things: PhraseIndex[_Thing],
        mentions: PhraseIndex[str],
        polarity: PhraseIndex[Polarity],
        ever: tuple[str, ...],
    ) -> None:
        """Use :meth:`load`."""
        self._reader = reader
        self._contexts = contexts
        self._things = things
        self._mentions = mentions
        self._polarity = polarity
        self._ever = ever

    @classmethod
    def load(cls, path: Path = STATEMENTS_PATH) -> StatementReader:
        """Read the wording.

        Args:
            path: The YAML file, ``spellings.yml`` beside it; its notation is described in
                :mod:`assistant.nlu.phrases`.

        Returns:
            The reader.

        Raises:
            PhraseError: The file says something that can't be read, or leaves something out.
            FileNotFoundError: The file or the spaCy pipeline is missing.
        """
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        reader = Reader(spacy_pipeline.load(), Spellings.load(path.with_name("spellings.yml")))
        book = Phrasebook(reader, data["groups"], path.name)
        contexts = _contexts(book, data["contexts"], _CONTEXTS, path.name)
        of_another = _contexts(book, data["of_another"], _OF_ANOTHER, path.name)
        things = [
            (book.compile(phrase), _thing(rank, name, entry, path.name))
            for rank, (name, entry) in enumerate(data["things"].items())
            for phrase in entry["phrases"]
        ]
        mentions = [
            (book.compile(phrase), subject)
            for subject, phrases in data["mentions"].items()
            for phrase in phrases
        ]
        polarity = [
            (book.compile(phrase), value)
            for value in _POLARITIES
            for phrase in data["polarity"][value]
        ]
        return cls(
            reader,
            {**contexts, **of_another},
            PhraseIndex(things),
            PhraseIndex(mentions),
            PhraseIndex(polarity),
            tuple(data["ever"]),
        )

    def read(self, text: str) -> Reading:
        """Read a message.

        Args:
            text: Any string.

        Returns:
            What it says; empty where it says nothing about the criteria.
        """
        return self._read_line(self._reader.read(text), text, bool(_ASKS_OF_ONESELF.match(text)))

    def read_of_another(self, text: str) -> OfAnother | None:
        """Read a message as one about the person that it names, in the place of the writer.

        Args:
            text: Any string.

        Returns:
            What it says of that person; None where it names nobody but the writer.
        """
        line = self._reader.read(text)
        if not self._stands("third_person", line, 0, len(line)):
            return None
        shifted = self._in_the_place_of_the_writer(line)
        reading = self._read_line(shifted, text, bool(_ASKS_OF_ANOTHER.match(text)))
        return OfAnother(self._stands("for_another", line, 0, len(line)), reading)

    def _read_line(self, line: str, text: str, asks: bool) -> Reading:
        words = words_of(line)
        clauses = list(self._clauses(line, asks))
        return Reading(
            {} if _ASKS_WHAT_IS.match(text) else self._read_statements(line, words, clauses),
            *self._read_mentions(line, words, clauses, bool(_AN_EARLIER_AGE.search(text))),
            self._read_polarity(line, words, clauses),
        )

    def _in_the_place_of_the_writer(self, line: str) -> str:
        """Let "my mum had a clot" be "I had a clot", and "her mother" and "mum's sister" kin."""
        found = {span for phrase in self._contexts["third_person"] for span in phrase.find(line)}
        # "My friend" is one, and not the "friend" in it besides.
        named = {
            Span(min(s.start for s in found if s.end == end), end) for end in {s.end for s in found}
        }
        starts, ends = ({edge(span) for span in named} for edge in (_start, _end))
        shifted = line
        for span in sorted(named, key=_start, reverse=True):
            whose = line[span.start : span.end] in _POSSESSIVES or span.end in starts
            if whose or not (span.start in ends or line[: span.start].endswith("my ")):
                person = "my " if whose else "i "
                shifted = f"{shifted[: span.start]}{person}{shifted[span.end :]}"
        return shifted

    def _read_statements(
        self, line: str, words: frozenset[str], clauses: list[_Clause]
    ) -> dict[str, Value]:
        told: list[tuple[int, int, str, Value]] = []
        named: dict[tuple[str, Value], set[Span]] = defaultdict(set)
        for phrase, thing in self._things.candidates(words):
            for span in phrase.find(line):
                if _NAMED.search(line[: span.start]):
                    continue
                clause = _clause_of(clauses, span)
                telling = self._telling(line, span, clause, listed=thing.listed)
                for criterion, value in thing.values.get(telling or "", {}).items():
                    told.append((thing.rank, span.start, criterion, value))
                    named[criterion, value].add(span)
        # Of what is told in the same way the last word counts ("actually I did have a clot").
        last = {criterion: value for _, _, criterion, value in sorted(told)}
        for criterion in self._ever:
            denied = named[criterion, "no"]
            # "The clot one is no" names a clot, and tells of none.
            once = {span for span in named[criterion, "yes"] if not _is_inside(span, denied)}
            if last.get(criterion) == "no" and once:
                same = _said(line, once) <= _said(line, denied)
                last[criterion] = "unknown" if same else "yes"
        return {criterion: value for criterion, value in last.items() if value != _UNTOLD}

    def _read_mentions(
        self, line: str, words: frozenset[str], clauses: list[_Clause], earlier_age: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what is mentioned, and what is denied and not mentioned besides."""
        told: dict[str, int] = {}
        denied: dict[str, int] = {}
        for phrase, subject in self._mentions.candidates(words):
            if subject in _AGES and earlier_age:
                continue
            for span in phrase.find(line):
                clause = _clause_of(clauses, span)
                if any(p.ends_at(line, clause.start, span.start) for p in self._contexts["hers"]):
                    continue
                telling = self._telling(line, span, clause)
                if telling in ("own", "uncertain"):
                    told[subject] = min(span.start, told.get(subject, span.start))
                elif telling == "denied" and not self._stands("kept", line, 0, len(line)):
                    denied.setdefault(subject, span.start)
        return _in_order(told), tuple(each for each in _in_order(denied) if each not in told)

    def _read_polarity(
        self, line: str, words: frozenset[str], clauses: list[_Clause]
    ) -> Polarity | None:
        if _WEAK_YES.match(line, 2) and any(clause.asks for clause in clauses):
            return None
        for phrase, value in self._polarity.candidates(words):
            if phrase.matches(line, words):
                return "unsure" if value == "no" and self._takes_back(line) else value
        return None

    def _takes_back(self, line: str) -> bool:
        return any(
            not _DENIES_AGAIN.match(line, span.end)
            # "No, but my dad did" takes nothing back.
            and not self._stands("relative", line, span.start, span.end)
            for phrase in self._contexts["taken_back"]
            for span in phrase.find(line)
        )

    def _telling(self, line: str, span: Span, clause: _Clause, listed: bool = True) -> str | None:
        """In which way the thing at ``span`` is told; ``None``: it isn't told at all.

        Args:
            line: The line of lemmas.
            span: Where the thing stands.
            clause: The clause that it begins in.
            listed: Whether a denial in front of a list reaches it.
        """
        own = self._stands("own", line, clause.start, clause.end)
        if self._named("relative", line, span, clause) or any(
            p.starts_at(line, span.end) for p in self._contexts["relative_after"]
        ):
            return None if self._denied(line, span, clause, listed) else "relative"
        if self._named("others", line, span, clause):
            return None
        if clause.asks and not own:
            return None
        if self._stands("general", line, clause.start, clause.end) and not own:
            return None
        supposed = _SUPPOSES_FIRST.match(line, _BEGINNING)
        if (supposed and clause.start < supposed.end()) or _SUPPOSES.match(line, clause.start):
            return "uncertain"
        if self._denied(line, span, clause, listed):
            return "uncertain" if self._limited(line, span) else "denied"
        if self._stands("uncertain", line, clause.start, clause.end):
            return "uncertain"
        return "own"

    def _named(self, context: str, line: str, span: Span, clause: _Clause) -> bool:
        """Whether such a person is named before the thing, and not the writer behind them."""
        return any(
            not self._stands("oneself", line, other.end, span.start)
            for phrase in self._contexts[context]
            for other in phrase.parts[0].find(line, clause.start, span.start)
        )

    def _denied(self, line: str, span: Span, clause: _Clause, listed: bool) -> bool:
        if any(p.ends_at(line, clause.start, span.start) for p in self._contexts["excepted"]):
            return False
        return (
            any(p.ends_at(line, clause.start, span.start) for p in self._contexts["denied"])
            or any(p.starts_at(line, span.end) for p in self._contexts["denied_after"])
            or (listed and _in_a_denied_list(line, span))
        )

    def _limited(self, line: str, span: Span) -> bool:
        behind = _BEHIND.match(line, span.end)
        end = behind.end() if behind else span.end
        return self._stands("limited", line, span.end, end)

    def _stands(self, context: str, line: str, start: int, end: int) -> bool:
        return any(phrase.within(line, start, end) for phrase in self._contexts[context])

    def _clauses(self, line: str, first_asks: bool) -> Iterator[_Clause]:
        cuts = [2, *(match.end() for match in _CLAUSE.finditer(line, 2)), len(line)]
        for start, end in itertools.pairwise(cuts):
            if start == end:
                continue
            asks = any(p.starts_at(line, start) for p in self._contexts["question"])
            asks = asks and not _SUPPOSES.match(line, start)
            asks = asks or (first_asks and start == 2) or self._asks_shortly(line[start:end])
            yield _Clause(start, end, asks)

    @staticmethod
    def _asks_shortly(clause: str) -> bool:
        """A question mark after what isn't said of oneself, as in "dvt?"."""
        return "? " in clause and not re.search(r"\b(i|my|me)\b", clause)


def _in_order(places: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(places, key=lambda subject: places[subject]))


def _in_a_denied_list(line: str, span: Span) -> bool:
    """Whether a denial stands before the thing, with nothing but a list between.

    After a comma the list must close with "or": "no stroke, clot in 2015" tells of a clot.
    """
    found = _DENIED_LIST.search(line[: span.start])
    if not found:
        return False
    return ", " not in found["between"] or bool(_LIST_ENDS.match(line, span.end))


def _is_inside(span: Span, others: Collection[Span]) -> bool:
    return any(o.start <= span.start and span.end <= o.end and o != span for o in others)


def _said(line: str, spans: Collection[Span]) -> set[str]:
    return {line[span.start : span.end] for span in spans}


def _clause_of(clauses: list[_Clause], span: Span) -> _Clause:
    return next((clause for clause in reversed(clauses) if clause.start <= span.start), clauses[0])


def _contexts(
    book: Phrasebook, data: Mapping[str, Any], needed: tuple[str, ...], origin: str
) -> dict[str, tuple[Phrase, ...]]:
    if missing := set(needed) - set(data):
        raise PhraseError(f"{origin}: contexts lack {sorted(missing)}")
    return {name: tuple(book.compile(phrase) for phrase in data[name]) for name in data}


def _thing(rank: int, name: str, entry: Mapping[str, Any], origin: str) -> _Thing:
    return _Thing(rank, _values(name, entry, origin), entry.get("listed", True))


def _values(name: str, entry: Mapping[str, Any], origin: str) -> Mapping[str, dict[str, Value]]:
    values = {}
    for telling in entry.keys() - {"phrases", "listed"}:
        if telling not in _TELLINGS:
            raise PhraseError(f"{origin}: {name!r} knows no {telling!r}, only {_TELLINGS}")
        for criterion, value in entry[telling].items():
            if value not in (*_VALUES, _UNTOLD):
                raise PhraseError(f"{origin}: {name!r}: {criterion} can't be {value!r}")
        values[telling] = cast("dict[str, Value]", dict(entry[telling]))
    return values

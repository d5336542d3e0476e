"""Wording as data: a small notation for phrases, matched over lemmas with spelling tolerance.

``content/red_flags.yml`` and ``content/statements.yml`` are written in it, so that a clinician can
read, sign and change them. A message becomes a line of lemmas first (:class:`Reader`); a phrase
(:class:`Phrase`) is then looked for in that line.

Notation of a phrase, words in any inflection:

=============  ==================================================================================
``word``       the word's lemma; ``hurt`` stands for hurts, hurting, too
``a/b``        one of several words; ``_`` joins words of one choice: ``wake_up/rouse``
``<group>``    any phrase of a group that the file names under ``groups``
``word?``      may be missing; also ``(a/b)?`` and ``<group>?``
``...``        up to three other words of the same sentence, no, never and without excepted;
               ``...6`` up to six
``|x|``        a word that fits the regular expression ``x``
``,`` ``?``    a comma, a question mark; ``^`` the beginning of a sentence, ``$`` its end
``one & two``  both in one sentence in any order, at most six words apart; ``&9`` at most nine
``one && two`` both anywhere in the message
=============  ==================================================================================

Fillers ("really", "the", forms of "be") are left out of messages and phrases alike.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from spacy.language import Language

from assistant.nlu.spacy_pipeline import ORDINARY_WORDS

SPELLINGS_PATH = Path(__file__).parents[2] / "content" / "spellings.yml"

MAX_CHARACTERS = 5000
"""A longer message is read at its beginning and its end only, this many characters in all."""

_EDGES = {"^": r"(?<=\. )", "$": r"(?=(?:\? )*\. )"}
_WORD = re.compile(r"[^\W\d_]+(?:['’`´][^\W\d_]+)*['’]?")
_SHORTEST_CORRECTED = 5
_LONG = 8
_APOSTROPHES = str.maketrans("’`´‘", "'" * 4)
_GAP = 3
_APART = 6
# A word of a gap: "no" would turn what follows into its opposite.
_BETWEEN = "(?!(?:no|never|without) )[^ .]+"
# Words of so many messages that looking a phrase up by them spares nothing.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "not no can i it my have had get go do feel in on up out of to come look all this that what"
        " how when will would want you after for with and or if at now just she he one , me any",
    )
)
# Places of one part that are looked at; keeps a text made to be slow from being it.
_MOST_PLACES = 20


class PhraseError(ValueError):
    """A phrase in a content file can't be read; the message says which and why."""


def shortened(text: str) -> str:
    """A very long text without its middle.

    Args:
        text: Any string.

    Returns:
        At most :data:`MAX_CHARACTERS` of it, and a line break where the middle was.
    """
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[: MAX_CHARACTERS - 1000] + "\n" + text[-1000:]


@dataclass(frozen=True)
class Spellings:
    """How people write words; read from ``content/spellings.yml``.

    Attributes:
        variants: Text-speak, misspellings by ear and dialect → what it stands for.
        fillers: Words that carry nothing and are left out.
        kept: Forms that keep their own shape, since their lemma means something else.
    """

    variants: Mapping[str, str]
    fillers: frozenset[str]
    kept: frozenset[str]

    @classmethod
    def load(cls, path: Path = SPELLINGS_PATH) -> Spellings:
        """Read the file.

        Args:
            path: A YAML file with the keys ``variants`` (meaning → list of spellings),
                ``fillers`` and ``kept`` (lists of words).

        Returns:
            The spellings.

        Raises:
            PhraseError: A spelling stands under two meanings.
        """
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        variants: dict[str, str] = {}
        for meaning, spellings in data["variants"].items():
            for spelling in str(spellings).split():
                if variants.setdefault(spelling, meaning) != meaning:
                    raise PhraseError(
                        f"{path.name}: {spelling!r} stands under {variants[spelling]!r}"
                        f" and {meaning!r}"
                    )
        return cls(variants, frozenset(data["fillers"].split()), frozenset(data["kept"].split()))


class Reader:
    """Turns a message into a line of lemmas: ``". i can not breathe . "``.

    Full stops stand between sentences, also at both ends; commas and question marks stay. A
    misspelt word that is no ordinary word becomes the nearest word of the vocabulary, by letters or
    by sound.
    """

    def __init__(self, nlp: Language, spellings: Spellings) -> None:
        """Make a reader that corrects nothing yet.

        Args:
            nlp: The pipeline of :mod:`assistant.nlu.spacy_pipeline`.
            spellings: Text-speak, fillers and kept forms.
        """
        self._make_doc = nlp.make_doc
        self._lemmas = nlp.get_pipe("lemmatizer").lookups.get_table("lemma_lookup")  # type: ignore[attr-defined]
        self._ordinary = nlp.vocab.lookups.get_table(ORDINARY_WORDS)
        self._spellings = spellings
        self._learned: set[str] = set()
        self._vocabulary: set[str] = set()
        self._by_deletion: dict[str, set[str]] = defaultdict(set)
        self._by_sound: dict[str, set[str]] = defaultdict(set)
        self._canonical = functools.lru_cache(maxsize=20_000)(self._canonical_uncached)

    def learn(self, words: Iterable[str]) -> None:
        """Let misspellings of these words, and of their regular inflections, be recognised.

        Args:
            words: Words in lower case.
        """
        for word in set(words) - self._learned:
            self._learned.add(word)
            for form in {word, *self._inflections(word)} - self._vocabulary:
                self._vocabulary.add(form)
                if len(form) < _SHORTEST_CORRECTED or not form.isalpha():
                    continue
                for shorter in _deletions(form):
                    self._by_deletion[shorter].add(form)
                self._by_sound[_sound(form)].add(form)
            self._canonical.cache_clear()

    def read(self, text: str) -> str:
        """Bring a message into the form that phrases are matched on.

        Args:
            text: Any string.

        Returns:
            Lemmas, commas, question marks and full stops, each followed by one space.
        """
        sentences = (self.words(each) for each in _sentences(_clean(shortened(text))))
        return ". " + "".join(" ".join([*words, ". "]) for words in _join_shreds(sentences))

    def is_gibberish(self, line: str) -> bool:
        """Whether none of a line's words is one: keys hit at random.

        Args:
            line: What :meth:`read` made of a message.

        Returns:
            Whether neither a dictionary nor the phrases have any of them. Figures and words of
            other scripts may mean something.
        """
        words = [word for word in words_of(line) if word.isalpha()]
        known = (word in self._vocabulary or word in self._ordinary for word in words)
        return line.isascii() and bool(words) and not any(known)

    def words(self, text: str) -> list[str]:
        """Lemmas of one clean piece of text.

        Args:
            text: Lower-case text.

        Returns:
            Lemmas without fillers.
        """
        spelled = _WORD.sub(self._respell, text)
        words = (
            self._canonical(token.lower_, token.norm_)
            for token in self._make_doc(spelled)
            if not token.is_space
        )
        return [word for word in words if word and word not in self._spellings.fillers]

    def _respell(self, match: re.Match[str]) -> str:
        word = match[0].strip("'")
        if (meaning := self._spellings.variants.get(word)) is not None:
            return meaning
        # "cookin" for "cooking"
        if word.endswith("in") and word not in self._ordinary and f"{word}g" in self._ordinary:
            return f"{word}g"
        return match[0]

    def _canonical_uncached(self, lower: str, norm: str) -> str:
        # spaCy's tokenizer gives "ca" + "n't" the norms "can" and "not".
        word = lower if norm.endswith("'s") or norm in self._spellings.kept else norm
        if word in {",", ";", ":", "(", ")", "-", "–", "—"}:
            return ","
        if word == "?":
            return word
        if not any(character.isalnum() for character in word):
            return word if unicodedata.category(word[0]) == "So" else ""
        if word in self._spellings.kept or word in self._spellings.fillers or len(word) == 1:
            return word
        if word not in self._vocabulary and word not in self._ordinary:
            word = self._nearest(_squeeze(word))
        if word in self._spellings.kept:
            return word
        return str(self._lemmas.get(word, word)).lower()

    def _nearest(self, word: str) -> str:
        if len(word) < _SHORTEST_CORRECTED - 1 or not word.isalpha():
            return word
        near = set().union(*(self._by_deletion.get(shorter, ()) for shorter in _deletions(word)))
        best = min(near, key=lambda form: _rank(word, form), default=None)
        if best is not None and _within_reach(word, best):
            return best
        shortest = len(word) == _SHORTEST_CORRECTED
        if len(word) < _SHORTEST_CORRECTED or (shortest and self._slip(word)):
            return word
        alike = self._by_sound.get(_sound(word), set())
        best = min(alike, key=lambda form: _rank(word, form), default=None)
        return best if best is not None and _distance(word, best) <= len(word) // 3 + 1 else word

    def _slip(self, word: str) -> bool:
        """Whether one letter more or less makes an ordinary word of it: "windo"."""
        longer = (word + letter for letter in "abcdefghijklmnopqrstuvwxyz")
        return any(near in self._ordinary for near in itertools.chain(_deletions(word), longer))

    def _inflections(self, word: str) -> Iterator[str]:
        if not word.isalpha() or len(word) < _SHORTEST_CORRECTED - 1:
            return
        stem = word[:-1] if word.endswith("e") else word
        for form in (f"{word}s", f"{stem}ing", f"{stem}ed", f"{word}{word[-1]}ing"):
            if self._lemmas.get(form) == self._lemmas.get(word, word):
                yield form


@dataclass(frozen=True)
class Span:
    """Where a part of a phrase stands in the line of lemmas, in characters."""

    start: int
    end: int


Key = frozenset[str] | None
"""One of these words has to be in a message, else the phrase can't be; ``None``: any word may."""

Accepts = Callable[[Span], bool]


@dataclass(frozen=True)
class _Part:
    regex: re.Pattern[str]
    key: Key

    def find(self, line: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
        end = len(line) if end is None else end
        while match := self.regex.search(line, start, end):
            yield Span(match.start(), match.end())
            start = line.find(" ", match.start()) + 1


@dataclass(frozen=True)
class Phrase:
    """A phrase of the notation, ready to be looked for.

    Attributes:
        source: The phrase as it stands in the file.
        parts: What stands between the ``&``.
        apart: How many words may lie between the parts; ``None``: anywhere in the message.
    """

    source: str
    parts: tuple[_Part, ...]
    apart: int | None

    def matches(
        self, line: str, words: frozenset[str], accepts: Accepts = lambda span: True
    ) -> bool:
        """Whether the phrase stands in a message.

        Args:
            line: What :meth:`Reader.read` made of the message.
            words: The line's words; spares the search where a part's words are missing.
            accepts: Says of each part found whether it counts, or is denied, long ago….

        Returns:
            True if all parts are there, accepted and near enough to each other.
        """
        if not all(part.key is None or part.key & words for part in self.parts):
            return False
        found = [
            [span for span in itertools.islice(part.find(line), _MOST_PLACES) if accepts(span)]
            for part in self.parts
        ]
        return any(self._near(line, spans) for spans in itertools.product(*found))

    def find(self, line: str) -> Iterator[Span]:
        """Where the phrase (of one part) stands."""
        yield from self.parts[0].find(line)

    def ends_at(self, line: str, start: int, end: int) -> bool:
        """Whether the phrase (of one part) lies in a stretch of the line and reaches to its end."""
        return any(span.end == end for span in self.parts[0].find(line, start, end))

    def starts_at(self, line: str, start: int) -> bool:
        """Whether the phrase (of one part) stands right at a position of the line."""
        return self.parts[0].regex.match(line, start) is not None

    def within(self, line: str, start: int, end: int) -> bool:
        """Whether the phrase (of one part) stands in a stretch of the line."""
        return any(True for _ in self.parts[0].find(line, start, end))

    def _near(self, line: str, spans: Sequence[Span]) -> bool:
        if self.apart is None:
            return len(set(spans)) == len(spans)
        ordered = sorted(spans, key=lambda span: span.start)
        for left, right in itertools.pairwise(ordered):
            between = line[left.end : right.start]
            if right.start < left.end or ". " in between or between.count(" ") > self.apart:
                return False
        return True


Tag = TypeVar("Tag")


class PhraseIndex(Generic[Tag]):
    """Many phrases, each with what it means; finds those that a message may hold."""

    def __init__(self, tagged: Iterable[tuple[Phrase, Tag]]) -> None:
        """Index the phrases by their words.

        Args:
            tagged: Phrases and what they mean, the most important first.
        """
        self._tagged = list(tagged)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for number, (phrase, _) in enumerate(self._tagged):
            key = _rarest(part.key for part in phrase.parts)
            for word in key or ():
                self._by_word[word].append(number)
            if key is None:
                self._always.append(number)

    def candidates(self, words: frozenset[str]) -> Iterator[tuple[Phrase, Tag]]:
        """The phrases worth looking for.

        Args:
            words: The words of a message, see :func:`words_of`.

        Yields:
            Phrases and what they mean, in the order given.
        """
        numbers = set(self._always).union(*(self._by_word.get(word, ()) for word in words))
        for number in sorted(numbers):
            yield self._tagged[number]


class Phrasebook:
    """Compiles the phrases of one content file, with its groups.

    Attributes:
        reader: Reads messages into the form that the phrases are in.
    """

    def __init__(self, reader: Reader, groups: Mapping[str, Sequence[str]], origin: str) -> None:
        """Take the groups of a file; the reader learns their words.

        Args:
            reader: Brings the phrases' words into the same form as the messages'.
            groups: Name → phrases without ``&``; a group may name groups that stand before it.
            origin: Name of the file, for error messages.

        Raises:
            PhraseError: A phrase can't be read.
        """
        self.reader = reader
        self._origin = origin
        self._groups: dict[str, tuple[str, Key]] = {}
        for name, phrases in groups.items():
            compiled = [self._sequence(phrase) for phrase in phrases]
            regex = "(?:" + "|".join(source for source, _ in compiled) + ")"
            self._groups[name] = regex, _union(key for _, key in compiled)

    def compile(self, source: str) -> Phrase:
        """Compile one phrase.

        Args:
            source: The phrase in the notation of this module.

        Returns:
            The phrase.

        Raises:
            PhraseError: It can't be read.
        """
        pieces = re.split(r"\s+&(&|\d*)\s+", source.strip())
        distances = set(pieces[1::2])
        if len(distances) > 1:
            raise PhraseError(f"{self._origin}: {source!r} mixes distances")
        distance = distances.pop() if distances else ""
        apart = None if distance == "&" else int(distance or _APART)
        parts = []
        for piece in pieces[::2]:
            regex, key = self._sequence(piece)
            parts.append(_Part(re.compile(r"(?<![^ ])" + regex), key))
        return Phrase(source, tuple(parts), apart)

    def _sequence(self, source: str) -> tuple[str, Key]:
        regex, keys, empty = "", [], True
        for element in source.split():
            if gap := re.fullmatch(r"\.\.\.(\d*)", element):
                regex += rf"(?:{_BETWEEN} ){{0,{gap[1] or _GAP}}}?"
            elif element in _EDGES:
                regex += _EDGES[element]
            elif element == "?":
                regex += r"\? "
            else:
                choices = self._choices(element.removesuffix("?"), source)
                optional = element.endswith("?")
                if choices:
                    regex += "(?:" + "|".join(choice for choice, _ in choices) + ")"
                    regex += "?" * optional
                if choices and not optional:
                    empty = False
                    keys.append(_union(key for _, key in choices))
        if empty:
            raise PhraseError(f"{self._origin}: nothing in {source!r} has to be there")
        return regex, _rarest(keys)

    def _choices(self, element: str, source: str) -> list[tuple[str, Key]]:
        """The choices of an element, without fillers, which no line of lemmas holds."""
        if pattern := re.fullmatch(r"\|(.+)\|", element):
            return [(f"(?:{pattern[1]}) ", None)]
        if element == ",":
            return [(", ", frozenset({","}))]
        inner = element[1:-1] if element.startswith("(") and element.endswith(")") else element
        choices = (self._choice(choice, source) for choice in inner.split("/"))
        return [choice for choice in choices if choice is not None]

    def _choice(self, choice: str, source: str) -> tuple[str, Key] | None:
        if group := re.fullmatch(r"<(\w+)>", choice):
            if group[1] not in self._groups:
                raise PhraseError(f"{self._origin}: {source!r} names no known group: {choice}")
            return self._groups[group[1]]
        forms = choice.replace("_", " ")
        if not forms or re.search(r"[<>()|&?]", forms):
            raise PhraseError(f"{self._origin}: can't read {choice!r} in {source!r}")
        self.reader.learn(forms.split())
        words = self.reader.words(forms)
        if not words:
            return None
        key = _rarest(frozenset({word}) for word in words)
        return "".join(f"{re.escape(word)} " for word in words), key


def words_of(line: str) -> frozenset[str]:
    """The words of a line of lemmas.

    Args:
        line: What :meth:`Reader.read` made of a message.

    Returns:
        Its words and marks.
    """
    return frozenset(line.split())


def _clean(text: str) -> str:
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKD", text).lower()
    kept = (
        character
        for character in text
        if character == "\n"
        or unicodedata.category(character) not in {"Mn", "Cc", "Cf", "Cs", "Co"}
    )
    return "".join(kept).translate(_APOSTROPHES)


def _sentences(text: str) -> Iterator[str]:
    # "38.9" is one word; a full stop without a space ("help.cant") still ends a sentence.
    for sentence in re.split(r"(?<=[!?\n。！？])|(?<!\d)\.+|\.+(?!\d)", text):
        if sentence.strip():
            yield sentence


def _join_shreds(sentences: Iterable[list[str]]) -> Iterator[list[str]]:
    """Join what was cut into shreds of a word or two: "an elephant. on my chest."."""
    pending: list[str] = []
    for words in filter(None, sentences):
        if len(pending) > 2 and len(words) > 2:
            yield pending
            pending = []
        pending = [*pending, ",", *words] if pending else words
    if pending:
        yield pending


def _union(keys: Iterable[Key]) -> Key:
    union: frozenset[str] = frozenset()
    for key in keys:
        if key is None:
            return None
        union |= key
    return union


def _rarest(keys: Iterable[Key]) -> Key:
    """The key that the fewest messages will have."""
    known = [key for key in keys if key is not None]
    return min(known, key=lambda key: (len(key & _COMMON), len(key), sorted(key)), default=None)


def _squeeze(word: str) -> str:
    return re.sub(r"(.)\1{2,}", r"\1\1", word)


def _deletions(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _within_reach(word: str, form: str) -> bool:
    limit = 1 if len(form) < _LONG else 2
    return _distance(word, form) <= limit and _sound(word)[:1] == _sound(form)[:1]


def _rank(word: str, form: str) -> tuple[int, bool, str]:
    return _distance(word, form), _sound(word) != _sound(form), form


def _distance(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one into the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]


@functools.lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    """A word's consonants as English spells their sounds; words that sound alike get the same."""
    for pattern, sound in (
        ("ph|gh(?=t?$)", "f"), ("th", "0"), ("ck|q|c(?![eiyh])|kn", "k"), ("c(?=[eiy])|z", "s"),
        ("wr", "r"), ("wh", "w"), ("x", "ks"), ("dge|j|g(?=[eiy])", "j"),
    ):  # fmt: skip
        word = re.sub(pattern, sound, word)
    word = re.sub(r"(.)\1+", r"\1", word)
    return word[:1] + re.sub("[aeiouyhw]", "", word[1:])

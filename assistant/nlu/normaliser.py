"""Puts a message into ordinary spelling before it is understood.

Text-speak and misheard words are spelled out from a lexicon (`data/text_speak.yml`); then
words that no dictionary knows are corrected with a noisy channel: the likeliest word a few slips
away (Kernighan, Church and Gale 1990; here with transpositions and a phonetic skeleton).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.nlu import language
from assistant.nlu.vocabulary import Vocabulary

TEXT_SPEAK = Path(__file__).parent / "data" / "text_speak.yml"

# Characters of a message that are read; the channels refuse longer ones anyway.
MAX_CHARACTERS = 1000
# Remembered corrections; the same slips come again and again.
_REMEMBERED = 10_000

# Weights of the noisy channel, in nats, set on the training phrases.
_PRIOR = 0.5
_SLIP = -2.6
_DOMAIN = 2.5
_PAIR = 1.5
_SOUNDS_ALIKE = 1.0
# A correction worse than this is a guess: names and rare words are better left as they are.
_WORST = -10.5

_TOKEN = re.compile(
    r"w/(?:o|out)?(?!\w)|b/c\b|'?[A-Za-z]+[0-9]*[a-z]*(?:['/][a-z]+)*|[0-9]+[a-z]*|\s+|."
)
_STRETCHED = re.compile(r"([a-z])\1{2,}")
# Unicode categories: control, format, private use, surrogates, unassigned; symbols and skin tones.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}
_PICTURES = {"So", "Sk"}


@dataclass(frozen=True)
class Beside:
    """A meaning that a short word has only beside certain others.

    Attributes:
        means: What it stands for there.
        before: Words that may follow it.
        after: Words that may come before it.
    """

    means: str
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True)
class TextSpeak:
    """The lexicon of text-speak.

    Attributes:
        words: Replacement of a word wherever it stands.
        beside: Replacements that depend on the neighbours, by word.
        heard: What dictation makes of the clinic's words, by phrase.
        alone: What a letter, a mark or an emoji says when nothing else is said.
    """

    words: dict[str, str]
    beside: dict[str, list[Beside]]
    heard: dict[str, str]
    alone: dict[str, str]

    @classmethod
    def read(cls, path: Path = TEXT_SPEAK) -> TextSpeak:
        """Read the lexicon; every scalar as text, so that `no` and `2` need no quotes."""
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        beside: dict[str, list[Beside]] = defaultdict(list)
        for entry in content["beside"]:
            before, after = frozenset(entry.get("before", [])), frozenset(entry.get("after", []))
            beside[entry["word"]].append(Beside(entry["means"], before, after))
        return cls(
            words=content["words"],
            beside=dict(beside),
            heard=content["heard"],
            alone=content["alone"],
        )


@cache
def text_speak() -> TextSpeak:
    """Return the project's lexicon, read once."""
    return TextSpeak.read()


class Normaliser:
    """Rewrites messages in ordinary spelling."""

    def __init__(self, vocabulary: Vocabulary, lexicon: TextSpeak | None = None) -> None:
        """Use a vocabulary.

        Args:
            vocabulary: Words of the dictionary and the training phrases.
            lexicon: Text-speak; the project's own by default.
        """
        self._lexicon = lexicon or text_speak()
        self._heard = _alternatives(self._lexicon.heard)
        self._spelling = _Spelling(vocabulary)

    @classmethod
    def build(cls, phrases: Iterable[str]) -> tuple[Normaliser, Vocabulary]:
        """Make a normaliser for these training phrases, with the vocabulary to be saved."""
        lexicon = text_speak()
        spelled_out = (spell_out(phrase, lexicon) for phrase in phrases)
        vocabulary = Vocabulary.build(spelled_out, not_words=lexicon.words)
        return cls(vocabulary, lexicon), vocabulary

    def __call__(self, text: str) -> str:
        """Return the text in ordinary spelling; case and punctuation stay.

        Other languages than English are only cleaned.
        """
        if language.guess(text) != language.ENGLISH:
            return _without_emoji(clean(text), self._lexicon)
        text = spell_out(text, self._lexicon, self._heard)
        words: list[str] = []
        previous = ""
        for token in _TOKEN.findall(text):
            if token.isalpha() and token.isascii():
                token = self._spelling.correct(token, previous)
                previous = token.lower()
            words.append(token)
        return "".join(words)


def spell_out(text: str, lexicon: TextSpeak, heard: re.Pattern[str] | None = None) -> str:
    """Clean a text and spell its text-speak out.

    Args:
        text: Message as written.
        lexicon: Text-speak.
        heard: Compiled phrases of `lexicon.heard`, if the caller keeps them.
    """
    text = _without_emoji(clean(text), lexicon)
    pattern = heard or _alternatives(lexicon.heard)
    text = pattern.sub(lambda match: lexicon.heard[match.group().lower()], text)
    tokens: list[str] = _TOKEN.findall(text)
    words = [token.lower() for token in tokens]
    spelled = [_meaning(words, i, lexicon) for i in range(len(tokens))]
    parts = (token if new is None else new for token, new in zip(tokens, spelled, strict=True))
    result = re.sub(r"\s+", " ", "".join(parts)).strip()
    return result or text  # "lol" alone stays as it is


def _meaning(words: list[str], i: int, lexicon: TextSpeak) -> str | None:
    """Return what the word at `i` stands for, or None if for itself."""
    word = words[i]
    if word in lexicon.words:
        return lexicon.words[word]
    for rule in lexicon.beside.get(word, []):
        # Every second token is the space between two words.
        following = words[i + 2] if i + 2 < len(words) and words[i + 1].isspace() else ""
        preceding = words[i - 2] if i >= 2 and words[i - 1].isspace() else ""
        if following in rule.before or preceding in rule.after:
            return rule.means
    unstretched = _STRETCHED.sub(r"\1", word)
    if unstretched != word and unstretched in lexicon.words:
        return lexicon.words[unstretched]
    return None


def _without_emoji(text: str, lexicon: TextSpeak) -> str:
    """Drop emoji; a message of emoji alone becomes the answer that one of them gives."""
    if text.lower() in lexicon.alone:
        return lexicon.alone[text.lower()]
    plain = "".join(" " if unicodedata.category(c) in _PICTURES else c for c in text)
    if re.search(r"\w", plain):
        return re.sub(r" +", " ", plain).strip()
    return next((lexicon.alone[c] for c in text if c in lexicon.alone), "")


def clean(text: str) -> str:
    """Unify quotes, widths and spaces; drop what can't be seen."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'")
    visible = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in _INVISIBLE
    )
    return re.sub(r" +", " ", "".join(visible)).strip()


def _alternatives(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


class _Spelling:
    """Corrects single words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in vocabulary.candidates:
            for shorter in _deletions(word):
                self._by_deletion[shorter].append(word)
        for word in vocabulary.domain:
            self._by_sound[sound(word)].append(word)
        self._remembered: dict[tuple[str, str], str] = {}

    def correct(self, word: str, previous: str) -> str:
        """Return the likeliest word for this one, itself if it is known or nothing is near.

        Args:
            word: ASCII letters of any case.
            previous: The word before, lower case.
        """
        written = word.lower()
        if len(written) < 3 or self._is_known(written):
            return word
        key = (written, previous)
        if key not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._likeliest(written, previous)
        return self._remembered[key]

    def _is_known(self, written: str) -> bool:
        known = self._vocabulary.known
        return written in known or (written.endswith("s") and written[:-1] in known)

    def _likeliest(self, written: str, previous: str) -> str:
        collapsed = _STRETCHED.sub(r"\1", written)
        doubled = _STRETCHED.sub(r"\1\1", written)
        for shorter in (collapsed, doubled):
            if shorter != written and shorter in self._vocabulary.known:
                return shorter
        if written.endswith("in") and f"{written}g" in self._vocabulary.known:
            return f"{written}g"  # talkin, runnin
        best, best_score = written, _WORST
        for candidate in self._near(collapsed):
            slips = edit_distance(collapsed, candidate)
            if not _plausible(collapsed, candidate, slips):
                continue
            score = self._score(collapsed, candidate, slips, previous)
            if score > best_score:
                best, best_score = candidate, score
        return best

    def _near(self, written: str) -> list[str]:
        keys = _deletions(written)
        if len(written) >= 6:
            keys = {shorter for key in keys for shorter in _deletions(key)}
        near = {word for key in keys for word in self._by_deletion.get(key, ())}
        near.update(self._by_sound.get(sound(written), ()))
        return sorted(near)

    def _score(self, written: str, candidate: str, slips: int, previous: str) -> float:
        vocabulary = self._vocabulary
        return (
            _PRIOR * vocabulary.candidates[candidate]
            + _SLIP * slips
            + _DOMAIN * (candidate in vocabulary.domain)
            + _PAIR * vocabulary.pair_bonus(previous, candidate)
            + _SOUNDS_ALIKE * (sound(candidate) == sound(written))
        )


def _plausible(written: str, candidate: str, slips: int) -> bool:
    """Tell whether so many slips can happen in a word of this length."""
    if sound(written) == sound(candidate):
        return slips <= 3
    allowed = 1 if len(written) <= 4 else 2 if len(written) <= 7 else 3
    first_letter_kept = written[0] == candidate[0]
    return slips <= allowed and (first_letter_kept or slips == 1)


def _deletions(word: str) -> set[str]:
    """Return the word and all that is left of it without one letter."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def edit_distance(a: str, b: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, swaps, neighbours."""
    before_last: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]


_SOUNDS = [
    (re.compile(pattern), letter)
    for pattern, letter in [
        (r"ph", "f"),
        (r"ck|q|c(?![eiy])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"gh", ""),
        (r"wh", "w"),
        (r"^kn", "n"),
        (r"wr", "r"),
        (r"z", "s"),
        (r"x", "ks"),
        (r"(.)\1+", r"\1"),
    ]
]


@cache
def sound(word: str) -> str:
    """Return a crude phonetic skeleton: consonants as they sound, the first letter kept."""
    for pattern, letter in _SOUNDS:
        word = pattern.sub(letter, word)
    return word[:1] + re.sub(r"[aeiouyh]", "", word[1:])

"""What stands in the answer book, gathered from the files that the assistant itself reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from actions.candidacy_table import Row, folded
from actions.rules import ANSWERS, Criteria, load_criteria
from assistant.content.clinic import Clinic
from assistant.content.guide import Guide, Passage
from assistant.content.reading import grades
from assistant.content.references import TURN_VARIABLES
from assistant.content.responses import Wording, load_responses
from assistant.content.signatures import Signature, load_signatures, signed_items, unsigned
from assistant.content.subjects import Subject, Subjects
from assistant.content.vocabulary import Vocabulary
from assistant.content.yaml_fields import Field, read_yaml
from assistant.nlu.training_phrases import NOT_COVERED, read_phrases
from assistant.staff.book.marking import Marking

# The channels by the name that chooses their wordings, and who else reads them.
CHANNELS = {"web": "Website, clinic's inbox", "sms": "Text message, WhatsApp"}
SECTIONS = {
    "emergency": "Emergencies and same-day concerns",
    "topics": "Questions that the guide answers",
    "not_covered": "Questions that the guide doesn't answer",
    "screening": "Candidacy questions",
    "conversation": "Everything else it says",
}

# Where a look-alike's phrases must stand, by `where` in red_flags.yml.
PLACES = {
    "remove": "anywhere: they are cut out before anything is looked for",
    "before": "right before them",
    "after": "right after them",
    "clause": "in the same clause",
    "sentence": "in the same sentence",
    "message": "anywhere in the message",
    "asked": "in the same sentence of a message that begins as a question of what may happen",
    "alone": "and no phrase of a red flag does: they explain a mere suspicion",
}


# Kinds of signed items that no article of their own stands for.
_READING = frozenset(
    [
        *("subject", "statement", "mention", "context", "of_another", "polarity"),
        *("spellings", "follow_ups", "other_languages"),
    ]
)


@dataclass(frozen=True)
class Said:
    """One wording as a patient reads it.

    Attributes:
        text: The text with the clinic's data; what the turn fills in stands as `⟨name⟩`.
        choices: The choices under it.
        grade: Its reading grade, or None where it isn't English.
    """

    text: str
    choices: tuple[str, ...]
    grade: float | None


@dataclass(frozen=True)
class Review:
    """Who has signed something as it stands.

    Attributes:
        signature: The signature, or None.
        reason: Why there is none that holds; empty where there is one, or none is needed.
    """

    signature: Signature | None
    reason: str


@dataclass(frozen=True)
class Answer:
    """A response with all that belongs to it.

    Attributes:
        name: Its name in domain.yml.
        title: How people call it.
        said: Its wordings by channel, in the order in which they are used.
        passages: Passages it cites, with the words marked that it says.
        phrases: Training phrases that it answers.
        review: Who signed it; None where nobody has to.
    """

    name: str
    title: str
    said: Mapping[str, Sequence[Said]]
    passages: Sequence[tuple[Passage, Markup]]
    phrases: Sequence[str]
    review: Review | None


@dataclass(frozen=True)
class RedFlag:
    """What makes a message an emergency or a same-day concern.

    Attributes:
        id: Its id.
        level: `emergency` or `same_day`.
        why: What the patient is told as the reason.
        phrases: Its phrases, in their notation.
        review: Who signed it.
    """

    id: str
    level: str
    why: str
    phrases: Sequence[str]
    review: Review | None


@dataclass(frozen=True)
class Lookalike:
    """What makes alarming words harmless.

    Attributes:
        id: Its id.
        where: Where its phrases must stand.
        phrases: Its phrases, in their notation.
        unless: Phrases that overrule it.
        flags: Ids of the red flags that it is for; all where empty.
        review: Who signed it.
    """

    id: str
    where: str
    phrases: Sequence[str]
    unless: Sequence[str]
    flags: Sequence[str]
    review: Review | None


@dataclass(frozen=True)
class Covered:
    """A passage and what the answers make of it.

    Attributes:
        passage: The passage.
        text: Its text, with the words marked that no answer says.
        answers: Names of the responses that cite it.
        unsaid: The words that no answer says.
    """

    passage: Passage
    text: Markup
    answers: Sequence[str]
    unsaid: Sequence[str]


@dataclass(frozen=True)
class Book:
    """The answer book.

    Attributes:
        clinic: The clinic.
        sections: The answers by section.
        subjects: What the guide doesn't cover, with the answer that a patient reads.
        red_flags: The red flags.
        suspicion: The reason told where no red flag holds but the classifier suspects one.
        suspicion_review: Who signed it.
        lookalikes: What overrules a red flag.
        lines: The clinic's lines for emergencies, by name, with their reviews.
        criteria: The criteria of the screening.
        criterion_reviews: Who signed each criterion and point.
        outcomes: The candidacy table.
        actions: Training phrases that lead to no answer of their own, by what they mean, such as
            `screening`, which opens the candidacy questions.
        guide: The passages.
        reading: Ids of what is signed besides: how messages are read, and what subjects are called.
    """

    clinic: Clinic
    sections: Mapping[str, Sequence[Answer]]
    subjects: Sequence[tuple[Subject, Answer]]
    red_flags: Sequence[RedFlag]
    suspicion: str
    suspicion_review: Review | None
    lookalikes: Sequence[Lookalike]
    lines: Sequence[tuple[str, str, Review | None]]
    criteria: Criteria
    criterion_reviews: Sequence[tuple[str, Review | None]]
    outcomes: Sequence[Row]
    actions: Mapping[str, Sequence[str]]
    guide: Sequence[Covered]
    reading: Sequence[tuple[str, Review | None]]

    @property
    def uncited(self) -> list[Covered]:
        """Passages that no answer uses."""
        return [each for each in self.guide if not each.answers]

    @property
    def answer_words(self) -> Sequence[str]:
        """The answers a criterion knows, in the order of the table."""
        return ANSWERS


class _Gathering:
    """Reads the files once and puts them together."""

    def __init__(self, content: Path, domain: Path, data: Path) -> None:
        self.clinic = Clinic.load(content / "clinic.yml")
        self.guide = Guide.load(content / "guide.yml")
        self.subjects = Subjects.load(content / "subjects.yml")
        self.criteria = load_criteria(content / "criteria.yml")
        self.responses = load_responses(domain)
        self._marking = Marking(Vocabulary.load(content))
        values = self.clinic.variables()
        self._values = values | {name: f"⟨{name}⟩" for name in TURN_VARIABLES}
        self._grades = {
            (wording.response, wording.line): grade
            for wording, grade in grades(self.responses, values)
        }
        self._phrases: dict[str, list[str]] = defaultdict(list)
        for phrase in read_phrases(data):
            self._phrases[phrase.label].append(phrase.text)
        self._signatures = load_signatures(content / "signatures.yml")
        self._items = signed_items(content, domain)
        self._red_flags = read_yaml(content / "red_flags.yml").entries()
        self._reasons = unsigned(self._items, self._signatures)

    def review(self, item: str) -> Review | None:
        if item not in self._items:
            return None
        reason = self._reasons.get(item, "")
        return Review(None if reason else self._signatures[item], reason)

    def answer(self, name: str, label: str, item: str | None = None, **values: str) -> Answer:
        wordings = self.responses[name]
        topic = name.removeprefix("utter_")
        cited = dict.fromkeys(passage for wording in wordings for passage in wording.passages or ())
        said = " ".join(wording.text for wording in wordings)
        return Answer(
            name=name,
            title=wordings[0].title or _in_words(topic),
            said={channel: self._said(wordings, channel, values) for channel in CHANNELS},
            passages=[
                (self.guide[passage], self._marking.said(self.guide[passage].text, said))
                for passage in cited
                if passage in self.guide
            ],
            phrases=self._phrases.get(label, []),
            review=self.review(item or f"answer/{topic}"),
        )

    def _said(
        self, wordings: Iterable[Wording], channel: str, values: Mapping[str, str]
    ) -> list[Said]:
        """As `assistant.dialogue.wording` chooses: a channel's own wordings before the common."""
        all_wordings = list(wordings)
        fitting = [each for each in all_wordings if each.channel == channel]
        fitting = fitting or [each for each in all_wordings if each.channel is None]
        return [
            Said(
                each.filled(self._values | dict(values)),
                each.choices,
                self._grades.get((each.response, each.line)),
            )
            for each in fitting
        ]

    def reading(self) -> Iterator[tuple[str, Review | None]]:
        for item in self._items:
            if item.partition("/")[0] in _READING:
                yield item, self.review(item)

    def subject(self, subject: Subject) -> Answer:
        label = f"{NOT_COVERED}/{subject.id}"
        own = self.clinic.answers.get(subject.id)
        if own is not None:
            item = f"clinic_answer/{subject.id}"
            return self.answer(
                "utter_clinic_answer", label, item, subject=subject.name, clinic_answer=own
            )
        name = "utter_not_covered_medical" if subject.medical else "utter_not_covered"
        return self.answer(name, label, subject=subject.name)

    def actions(self) -> dict[str, list[str]]:
        answered = {name.removeprefix("utter_") for name in self.responses}
        answered |= {f"{NOT_COVERED}/{subject}" for subject in self.subjects}
        return {label: phrases for label, phrases in self._phrases.items() if label not in answered}

    def red_flags(self) -> Iterator[RedFlag]:
        for name, field in self._red_flags["flags"].entries().items():
            parts = field.entries()
            yield RedFlag(
                id=name,
                level=parts["level"].text(),
                why=parts["why"].text(),
                phrases=_texts(parts["phrases"]),
                review=self.review(f"red_flag/{name}"),
            )

    @property
    def suspicion(self) -> str:
        return self._red_flags["suspicion"].text()

    def lookalikes(self) -> Iterator[Lookalike]:
        for name, field in self._red_flags["lookalikes"].entries().items():
            parts = field.entries()
            yield Lookalike(
                id=name,
                where=parts["where"].text(),
                phrases=_texts(parts["phrases"]),
                unless=_texts(parts.get("unless")),
                flags=_texts(parts.get("flags")),
                review=self.review(f"lookalike/{name}"),
            )

    def covered(self, passage: Passage) -> Covered:
        citing = {
            name: " ".join(each.text for each in wordings)
            for name, wordings in self.responses.items()
            if any(passage.id in (each.passages or ()) for each in wordings)
        }
        unsaid = self._marking.unsaid_words(passage.text, " ".join(citing.values()))
        text = self._marking.marked(passage.text, unsaid, 'span class="unsaid"')
        return Covered(passage, text, list(citing), unsaid)


def _in_words(topic: str) -> str:
    name = topic.removesuffix("_es")
    return name.replace("_", " ").capitalize() + (", in Spanish" if name != topic else "")


def _texts(field: Field | None) -> list[str]:
    return [each.text() for each in field.items()] if field else []


def section_of(name: str, wordings: Sequence[Wording]) -> str:
    """The section in which a response stands.

    Args:
        name: Its name.
        wordings: Its wordings.

    Returns:
        A key of `SECTIONS`.
    """
    if "emergency" in name or any(each.kind in ("emergency", "same_day") for each in wordings):
        return "emergency"
    if name.startswith(("utter_ask_", "utter_screening_")):
        return "screening"
    if name.startswith("utter_not_covered") or name == "utter_clinic_answer":
        return "not_covered"
    return "topics" if any(each.title for each in wordings) else "conversation"


def gather(content: Path, domain: Path, data: Path) -> Book:
    """Gathers the answer book.

    Args:
        content: The folder `content/`.
        domain: The file `domain.yml`.
        data: The folder `data/`.

    Returns:
        The book.

    Raises:
        ContentError: A file can't be used; the message says where and why.
    """
    gathering = _Gathering(content, domain, data)
    sections: dict[str, list[Answer]] = {name: [] for name in SECTIONS}
    for name, wordings in gathering.responses.items():
        answer = gathering.answer(name, name.removeprefix("utter_"))
        sections[section_of(name, wordings)].append(answer)
    clinic = gathering.clinic
    return Book(
        clinic=clinic,
        sections=sections,
        subjects=[(each, gathering.subject(each)) for each in gathering.subjects.values()],
        red_flags=list(gathering.red_flags()),
        suspicion=gathering.suspicion,
        suspicion_review=gathering.review("red_flag/suspicion"),
        lookalikes=list(gathering.lookalikes()),
        lines=[
            (label, value, gathering.review(f"clinic/{field}"))
            for label, field, value in (
                ("Emergency number", "emergency_number", clinic.emergency_number),
                ("Crisis line", "crisis_line", clinic.crisis_line),
                ("While closed", "out_of_hours", clinic.out_of_hours),
            )
        ],
        criteria=gathering.criteria,
        criterion_reviews=[
            *(
                (each.id, gathering.review(f"criterion/{each.id}"))
                for each in gathering.criteria.criteria
            ),
            *(
                (each.id, gathering.review(f"point/{each.id}"))
                for each in gathering.criteria.listed_points
            ),
        ],
        outcomes=folded(gathering.criteria),
        actions=gathering.actions(),
        guide=[gathering.covered(each) for each in gathering.guide.values()],
        reading=list(gathering.reading()),
    )

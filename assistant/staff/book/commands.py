"""`make book`: writes the answer book."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from assistant.content.version import content_version
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT, SettingError, Settings
from assistant.staff.book.contents import CHANNELS, PLACES, SECTIONS, Book, gather
from assistant.staff.pages import render, write_private

FILE = "book.html"


def page(book: Book, version: str, made: datetime.date) -> str:
    """Writes the answer book.

    Args:
        book: What stands in it.
        version: The content's version.
        made: The day.

    Returns:
        A self-contained HTML page.
    """
    script = (Path(__file__).parent / "book.js").read_text(encoding="utf-8")
    return render(
        "book/book.html",
        script,
        title=f"Answer book of {book.clinic.name}",
        book=book,
        channels=CHANNELS,
        sections=SECTIONS,
        places=PLACES,
        version=version,
        made=made,
        open_items=_open_items(book),
    )


def main() -> int:
    """Writes the answer book of this installation.

    Returns:
        The exit code: 0, or 2 where the content can't be used.
    """
    try:
        settings = Settings.from_environment()
        book = gather(settings.content, PROJECT / "domain.yml", PROJECT / "data")
        html = page(book, content_version(settings.content), datetime.date.today())
        write_private(settings.reports / FILE, html)
    except (ContentError, SettingError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    answers = sum(map(len, book.sections.values()))
    print(f"{answers} answers, {len(book.subjects)} subjects: {settings.reports / FILE}")
    return 0


def _open_items(book: Book) -> int:
    reviews = [
        *(answer.review for answers in book.sections.values() for answer in answers),
        *(answer.review for subject, answer in book.subjects if subject.id in book.clinic.answers),
        *(flag.review for flag in book.red_flags),
        *(rule.review for rule in book.lookalikes),
        book.suspicion_review,
        *(review for _, _, review in book.lines),
        *(review for _, review in book.reading),
        *(review for _, review in book.criterion_reviews),
    ]
    return sum(review is not None and bool(review.reason) for review in reviews)

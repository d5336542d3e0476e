"""The answer book is complete: it holds all that the assistant can say, as it says it."""

from __future__ import annotations

import datetime
import html
import re
from pathlib import Path

import pytest
import yaml

from actions.rules import OUTCOMES
from assistant.content.clinic import Clinic
from assistant.content.guide import Guide
from assistant.content.references import TURN_VARIABLES
from assistant.content.responses import load_responses
from assistant.content.signatures import sign, signed_items
from assistant.content.subjects import Subjects
from assistant.dialogue.wording import Wording
from assistant.nlu.training_phrases import read_phrases
from assistant.settings import PROJECT
from assistant.staff.book.commands import main, page
from assistant.staff.book.contents import CHANNELS, Book, gather
from tests.staff.browser import keep_picture, opened
from tests.staff.contents import copy_of_the_content

CONTENT, DOMAIN, DATA = PROJECT / "content", PROJECT / "domain.yml", PROJECT / "data"


@pytest.fixture(scope="module")
def book() -> Book:
    return gather(CONTENT, DOMAIN, DATA)


@pytest.fixture(scope="module")
def written(book: Book) -> str:
    """The page."""
    return page(book, "0123456789ab", datetime.date(2026, 1, 2))


@pytest.fixture(scope="module")
def text(written: str) -> str:
    """What can be read on the page, blanks evened out."""
    body = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", written, flags=re.S)
    return _flat(html.unescape(re.sub(r"<[^>]+>", "", body)))


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_every_wording_stands_there_as_the_assistant_says_it(text: str) -> None:
    wording = Wording.from_domain_file(Clinic.load(CONTENT / "clinic.yml"))
    values = {name: f"⟨{name}⟩" for name in TURN_VARIABLES}
    missing = []
    said = 0
    for name, wordings in load_responses(DOMAIN).items():
        for channel in CHANNELS:
            for turn in range(len(wordings)):
                message = wording.message(name, channel, turn, **values)
                said += 1
                if _flat(message["text"]) not in text:
                    missing.append((name, channel, turn))
                for button in message.get("buttons") or ():
                    assert button["title"] in text
    assert missing == []
    assert said > 200


def test_every_answer_stands_beside_its_passages(book: Book) -> None:
    answers = {each.name: each for answers in book.sections.values() for each in answers}
    responses = load_responses(DOMAIN)
    assert answers.keys() == responses.keys()
    for name, wordings in responses.items():
        cited = {passage for each in wordings for passage in each.passages or ()}
        assert {passage.id for passage, _ in answers[name].passages} == cited


def test_the_words_that_an_answer_says_are_marked_in_its_passages(book: Book) -> None:
    (pain,) = (each for each in book.sections["topics"] if each.name == "utter_pain")
    marked = {passage.id: text for passage, text in pain.passages}["sensation"]
    for word in ("typically", "discomfort", "minimal", "burning", "slight"):
        assert f"<mark>{word}</mark>" in marked
    assert "<mark>while</mark>" not in marked


def test_every_phrase_and_passage_stands_there(text: str) -> None:
    for phrase in read_phrases(DATA):
        assert _flat(phrase.text) in text, phrase
    for passage in Guide.load(CONTENT / "guide.yml").values():
        assert _flat(passage.text) in text, passage.id
        assert passage.id in text


def test_every_subject_reads_as_a_patient_reads_it(text: str) -> None:
    clinic = Clinic.load(CONTENT / "clinic.yml")
    for subject in Subjects.load(CONTENT / "subjects.yml").values():
        assert subject.title in text
        if subject.id in clinic.answers:
            assert _flat(clinic.answers[subject.id]) in text
        else:
            assert f"doesn't cover {subject.name}" in text, subject.id


def test_the_emergency_wording_is_whole(text: str) -> None:
    rules = yaml.safe_load((CONTENT / "red_flags.yml").read_text())
    assert rules["suspicion"] in text
    for flag in rules["flags"].values():
        assert _flat(flag["why"]) in text
    for rule in (*rules["flags"].values(), *rules["lookalikes"].values()):
        for phrase in (*rule["phrases"], *rule.get("unless", ())):
            assert _flat(str(phrase)) in text
    clinic = Clinic.load(CONTENT / "clinic.yml")
    for line in (clinic.emergency_number, clinic.crisis_line, clinic.out_of_hours):
        assert line in text


def test_the_candidacy_table_is_whole(book: Book, written: str) -> None:
    assert sum(row.combinations for row in book.outcomes) == 3**5
    table = written.split("Candidacy table")[1].split("</table>")[0]
    assert table.count("<tr>") == len(book.outcomes) + 1
    for outcome in OUTCOMES:
        assert outcome == "stopped" or outcome in table


def test_each_english_wording_has_its_reading_grade(book: Book) -> None:
    for answers in book.sections.values():
        for answer in answers:
            for wordings in answer.said.values():
                for each in wordings:
                    assert (each.grade is None) == answer.name.endswith("_es")


def test_who_signed_what_and_when_stands_there(tmp_path: Path) -> None:
    content, domain = copy_of_the_content(tmp_path)
    items = signed_items(content, domain)
    signing_day = datetime.date(2026, 5, 4)
    signatures = content / "signatures.yml"
    sign(signatures, items, ["answer/pain", "answer/safety"], "Ann Lee, MD", signing_day)
    domain.write_text(domain.read_text().replace("calls it a simple and", "calls it a"))
    written = page(gather(content, domain, DATA), "0", signing_day)
    pain = written.split('id="utter_pain"')[1].split("</article>")[0]
    safety = written.split('id="utter_safety"')[1].split("</article>")[0]
    assert "reviewed by Ann Lee, MD on 2026-05-04" in pain
    assert "changed since Ann Lee, MD signed it on 2026-05-04" in safety


def test_every_wording_and_rule_that_is_signed_stands_there_with_its_review(tmp_path: Path) -> None:
    content, domain = copy_of_the_content(tmp_path)
    items = signed_items(content, domain)
    day = datetime.date(2026, 5, 4)
    nothing = page(gather(content, domain, DATA), "0", day)
    assert f"{len(items)} items aren't signed" in html.unescape(nothing)
    for item in items:
        sign(content / "signatures.yml", items, [item], f"{item}, MD", day)
    everything = page(gather(content, domain, DATA), "0", day)
    for item in items:
        assert f"reviewed by {item}, MD on 2026-05-04" in everything, item
    assert "0 items aren't signed" in html.unescape(everything)


def test_what_no_answer_uses_is_told(tmp_path: Path) -> None:
    content, domain = copy_of_the_content(tmp_path)
    guide = content / "guide.yml"
    unused = "- id: unused\n  section: Recap\n  statements: [Nobody tells this rare thing.]\n"
    guide.write_text(guide.read_text() + unused)
    book = gather(content, domain, DATA)
    assert [each.passage.id for each in book.uncited] == ["unused"]
    assert set(book.uncited[0].unsaid) >= {"tells", "rare", "thing"}
    assert '<a href="#passage-unused">unused</a>' in page(book, "0", datetime.date.today())


def test_texts_cannot_become_markup(tmp_path: Path) -> None:
    content, domain = copy_of_the_content(tmp_path)
    domain.write_text(domain.read_text().replace("It typically hurts", "<script>x</script> hurts"))
    written = page(gather(content, domain, DATA), "0", datetime.date.today())
    assert "<script>x" not in written
    assert "&lt;script&gt;x" in written


def test_the_book_is_searched_and_walked_by_keyboard(written: str, tmp_path: Path) -> None:
    file = tmp_path / "book.html"
    file.write_text(written)
    with opened(file.as_uri()) as browser:
        keep_picture(browser, "book")
        browser.keyboard.press("Tab")
        assert browser.locator(":focus").inner_text() == "Skip to the content"
        browser.keyboard.press("/")
        browser.keyboard.type("aching itching consultation")
        browser.wait_for_function("document.getElementById('count').textContent !== ''")
        assert browser.locator("#utter_candidacy").is_visible()
        assert not browser.locator("#utter_pain").is_visible()
        keep_picture(browser, "book_found")
        browser.keyboard.press("Escape")
        assert browser.locator("#utter_pain").is_visible()
        browser.locator("#utter_pain summary").focus()
        browser.keyboard.press("Enter")
        assert browser.locator("#utter_pain details li").first.is_visible()


def test_the_book_fits_a_phone_and_a_sheet_of_paper(written: str, tmp_path: Path) -> None:
    file = tmp_path / "book.html"
    file.write_text(written)
    with opened(file.as_uri(), width=320) as browser:
        width = browser.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        browser.emulate_media(media="print")
        assert not browser.locator(".tools").is_visible()
        assert browser.locator("#utter_pain .said").first.is_visible()
        assert browser.pdf().startswith(b"%PDF")


def test_the_command_writes_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTS", str(tmp_path / "reports"))
    assert main() == 0
    assert "answers" in capsys.readouterr().out
    assert (tmp_path / "reports" / "book.html").stat().st_mode & 0o777 == 0o600

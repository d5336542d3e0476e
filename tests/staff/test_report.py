"""The report's figures against counts that plain SQL makes of the same store."""

from __future__ import annotations

import asyncio
import csv
import datetime
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.content.clinic import Clinic
from assistant.content.subjects import Subjects
from assistant.settings import PROJECT
from assistant.staff.report.commands import count, main, page, redactor, table
from assistant.staff.report.figures import Figures
from assistant.stores.database import Database
from assistant.stores.tracker_store import ConversationStore
from tests.staff.browser import keep_picture, opened
from tests.staff.simulation import PRIVATE, fill
from tests.stores.dialogue import DOMAIN

CONVERSATIONS = 10_000
# The whole period lies in New York's winter, five hours behind UTC, so that SQL can tell its days.
UNTIL = datetime.datetime(2026, 2, 20, 12, tzinfo=datetime.timezone.utc)
SINCE = UNTIL - datetime.timedelta(days=20)  # ten days of the simulated thirty lie before it
CONTENT = PROJECT / "content"

_TURNS = """
CREATE TEMP TABLE turns AS
SELECT sender_id, sequence, timestamp,
       CASE WHEN json_extract(data, '$.input_channel') <> 'sms' OR sender_id LIKE 'sms-%'
         THEN json_extract(data, '$.input_channel')
         WHEN sender_id LIKE 'whatsapp-%' THEN 'whatsapp' ELSE 'chatwoot_text' END AS channel,
       strftime('%Y-%m-%d', timestamp - 18000, 'unixepoch') AS day,
       CAST(strftime('%H', timestamp - 18000, 'unixepoch') AS INTEGER) AS hour,
       strftime('%w', timestamp - 18000, 'unixepoch') AS weekday,
       strftime('%H:%M', timestamp - 18000, 'unixepoch') AS clock,
       lead(sequence) OVER (PARTITION BY sender_id ORDER BY sequence) AS following
FROM conversation_events WHERE type = 'user' AND timestamp >= {since};
CREATE TEMP TABLE said AS
SELECT turns.sender_id, turns.sequence, turns.day,
       json_extract(e.data, '$.metadata.metadata.kind') AS kind,
       json_extract(e.data, '$.metadata.metadata.topics') AS topics,
       json_extract(e.data, '$.metadata.metadata.subject') AS subject,
       json_array_length(json_extract(e.data, '$.metadata.metadata.passages')) AS passages
FROM turns JOIN conversation_events e ON e.sender_id = turns.sender_id AND e.type = 'bot'
 AND e.sequence > turns.sequence
 AND (turns.following IS NULL OR e.sequence < turns.following);
CREATE TEMP TABLE opened AS
SELECT sender_id, sequence, lead(sequence) OVER (PARTITION BY sender_id ORDER BY sequence) AS next
FROM conversation_events WHERE type = 'active_loop' AND timestamp >= {since}
 AND json_extract(data, '$.name') = 'screening_form';
CREATE TEMP TABLE screened AS
SELECT o.sender_id, o.sequence,
  (SELECT json_extract(data, '$.value.outcome') FROM conversation_events e
   WHERE e.sender_id = o.sender_id AND e.sequence > o.sequence AND e.type = 'slot'
     AND (o.next IS NULL OR e.sequence < o.next)
     AND json_extract(data, '$.name') = 'screening_summary') AS outcome,
  (SELECT json_extract(data, '$.value') FROM conversation_events e
   WHERE e.sender_id = o.sender_id AND e.sequence > o.sequence AND e.type = 'slot'
     AND (o.next IS NULL OR e.sequence < o.next)
     AND json_extract(data, '$.name') = 'requested_slot'
     AND json_extract(data, '$.value') IS NOT NULL ORDER BY sequence DESC LIMIT 1) AS question,
  (SELECT count(*) FROM conversation_events e
   WHERE e.sender_id = o.sender_id AND e.sequence > o.sequence AND e.type = 'active_loop'
     AND (o.next IS NULL OR e.sequence < o.next)) AS closed
FROM opened o;
"""
_OPEN = """(weekday IN ('1', '2', '3') AND clock >= '09:00' AND clock < '17:00'
 OR weekday = '4' AND clock >= '09:00' AND clock < '19:00'
 OR weekday = '5' AND clock >= '09:00' AND clock < '13:00'
 OR weekday = '5' AND clock >= '14:00' AND clock < '17:00')
"""
_RESULT = """CASE
 WHEN max(kind = 'emergency') THEN 'emergency' WHEN max(kind = 'same_day') THEN 'same_day'
 WHEN max(topics LIKE '%"handoff"%') THEN 'asked_for_person'
 WHEN max(kind = 'fallback') THEN 'fallback'
 WHEN max(topics LIKE '%"not_covered"%' AND subject <> 'hours') THEN 'not_covered'
 WHEN max(topics LIKE '%"not_covered"%') THEN 'clinic_answer'
 WHEN max(passages) > 0 THEN 'answered' ELSE 'conversation' END"""
_EXPECTED = f"""
SELECT 'total', 'conversations', '', count(DISTINCT sender_id) FROM turns
UNION ALL SELECT 'total', 'messages', '', count(*) FROM turns
UNION ALL SELECT 'by_day', day, 'conversations', count(DISTINCT sender_id) FROM turns GROUP BY day
UNION ALL SELECT 'by_day', day, 'messages', count(*) FROM turns GROUP BY day
UNION ALL SELECT 'topic_by_day', value, day, count(DISTINCT said.sender_id || said.sequence)
  FROM said, json_each(said.topics) GROUP BY value, day
UNION ALL SELECT 'by_channel', channel, 'conversations', count(DISTINCT sender_id)
  FROM turns GROUP BY channel
UNION ALL SELECT 'by_channel', channel, 'messages', count(*) FROM turns GROUP BY channel
UNION ALL SELECT 'by_hour', printf('%02d', hour), 'open', count(*) FROM turns
  WHERE {_OPEN} GROUP BY hour
UNION ALL SELECT 'by_hour', printf('%02d', hour), 'closed', count(*) FROM turns
  WHERE NOT {_OPEN} GROUP BY hour
UNION ALL SELECT 'result', result, '', count(*) FROM
  (SELECT {_RESULT} AS result FROM said GROUP BY sender_id, sequence) GROUP BY result
UNION ALL SELECT 'helpful', value, CASE helpful WHEN 1 THEN 'yes' ELSE 'no' END, count(*) FROM
  (SELECT helpful, CASE topics WHEN '[]' THEN '["unknown"]' ELSE topics END AS topics
   FROM feedback WHERE given >= {{since}}) AS judged, json_each(judged.topics)
  GROUP BY value, helpful
UNION ALL SELECT 'screening', coalesce(outcome, iif(closed, 'interrupted', 'unfinished')), '',
  count(*) FROM screened GROUP BY 2
UNION ALL SELECT 'screening_left_at', question, '', count(*) FROM screened
  WHERE outcome IS NULL OR outcome = 'stopped' GROUP BY question
UNION ALL SELECT 'not_covered_subject', subject, '', count(*) FROM
  (SELECT DISTINCT sender_id, sequence, subject FROM said WHERE subject IS NOT NULL)
  GROUP BY subject
UNION ALL SELECT 'handover', reason, 'begun', count(*) FROM messaging_handoffs
  WHERE created >= {{since}} GROUP BY reason
UNION ALL SELECT 'handover', reason, 'taken', count(*) FROM messaging_handoffs
  WHERE created >= {{since}} AND taken IS NOT NULL GROUP BY reason
UNION ALL SELECT 'callback', substr(request_id, 1, instr(request_id, '.') - 1), '', count(*)
  FROM callback_requests WHERE consented >= {{since}} GROUP BY 2
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of simulated conversations, the same each time."""
    file = tmp_path_factory.mktemp("store") / "conversations.db"
    fill(f"sqlite:///{file}", CONVERSATIONS, seed=7, end=UNTIL.timestamp())
    return file


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return Clinic.load(CONTENT / "clinic.yml")


@pytest.fixture(scope="module")
def figures(store: Path, clinic: Clinic) -> Figures:
    """The report's figures of that store."""
    database = Database(f"sqlite:///{store}", 120.0)
    counted = asyncio.run(count(database, clinic, redactor(CONTENT), SINCE, UNTIL))
    database.close()
    return counted


@pytest.fixture(scope="module")
def html(figures: Figures, clinic: Clinic) -> str:
    return page(figures, clinic, Subjects.load(CONTENT / "subjects.yml"))


def _by_sql(store: Path) -> Iterator[tuple[str, str, str, int]]:
    connection = sqlite3.connect(store)
    connection.executescript(_TURNS.format(since=SINCE.timestamp()))
    yield from connection.execute(_EXPECTED.format(since=SINCE.timestamp()))
    connection.close()


def test_every_figure_equals_what_sql_counts(store: Path, figures: Figures) -> None:
    counted = {row[:3]: row[3] for row in figures.rows() if row[3]}
    expected = {row[:3]: row[3] for row in _by_sql(store)}
    assert counted == expected
    assert len({key[0] for key in expected}) == 12
    assert expected["total", "conversations", ""] > CONVERSATIONS / 2


def test_the_simulated_conversations_are_such_as_the_store_keeps(store: Path) -> None:
    async def load() -> None:
        database = Database(f"sqlite:///{store}", 10.0)
        conversations = ConversationStore(DOMAIN, database=database)
        for sender in (await conversations.keys())[:20]:
            tracker = await conversations.retrieve_full_tracker(sender)
            assert tracker is not None
            assert tracker.latest_message is not None
        database.close()

    asyncio.run(load())


def test_no_private_word_stands_in_the_report(html: str, figures: Figures) -> None:
    for private in PRIVATE:
        assert private.lower() not in html.lower()
        assert private.lower() not in table(figures).lower()
    assert "[name]" in html
    assert "[number]" in html
    assert "[e-mail]" in html
    assert "[date]" in html


def test_the_report_lists_what_to_write_next_by_how_often_it_was_asked(
    html: str, figures: Figures
) -> None:
    section = html.split('id="content"')[1].split('id="time"')[0]
    ranks = [section.index(name) for name in ("prices", "insurance", "parking", "pregnancy")]
    counts = [figures.subjects[each] for each in ("price", "insurance", "parking", "pregnancy")]
    assert sorted(range(4), key=ranks.__getitem__) == sorted(range(4), key=lambda i: -counts[i])
    assert "how much does it cost" in section
    assert "has the clinic's own answer" in section.replace("&#39;", "'")


def test_the_report_tells_requests_for_a_person_from_handovers_that_happened(html: str) -> None:
    tiles = html.split('class="tiles"')[1].split("</ul>")[0]
    for name in ("asked for a person", "taken over by a person", "call-backs asked for"):
        assert f"</b> {name}</li>" in tiles
    people = html.split('id="people"')[1].split('id="helpful"')[0].replace("&#39;", "'")
    for reason in ("asked for a person", "wasn't happy", "a person came without being called"):
        assert f'<th scope="row">{reason}</th>' in people
    assert '<th scope="row">web</th>' in people


def test_text_lines_stand_apart_in_the_report(html: str) -> None:
    channels = html.split("By channel")[1].split("</table>")[0]
    for name in ("web", "sms", "whatsapp", "chatwoot", "chatwoot text"):
        assert f'<th scope="row">{name}</th>' in channels


def test_the_csv_holds_the_same_figures(figures: Figures) -> None:
    lines = list(csv.reader(io.StringIO(table(figures))))
    assert lines[0] == ["figure", "row", "column", "number"]
    assert [(*line[:3], int(line[3])) for line in lines[1:]] == list(figures.rows())


def test_the_report_opens_in_a_browser(html: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html)
    with opened(file.as_uri()) as browser:
        assert browser.locator("figure svg[role=img]").count() == 6
        assert browser.locator("h1").inner_text() == "What patients asked Example Vein Clinic"
        keep_picture(browser, "report", whole=True)


def test_an_empty_store_makes_a_report_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setenv("REPORTS", str(tmp_path / "reports"))
    assert main([]) == 0
    assert "0 conversations with 0 messages" in capsys.readouterr().out
    written = tmp_path / "reports" / "report.html"
    assert "Nobody wrote in this time" in written.read_text()
    assert written.stat().st_mode & 0o777 == 0o600

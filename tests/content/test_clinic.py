"""The clinic's file: what is read from it and what is refused."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.content.clinic import Clinic
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT

SHIPPED = PROJECT / "content" / "clinic.yml"
NEW_YORK = ZoneInfo("America/New_York")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path = tmp_path / "clinic.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_clinic_that_ships_is_an_invented_one() -> None:
    clinic = Clinic.load(SHIPPED)
    assert clinic.fictional
    assert "555-01" in clinic.phone
    assert ".example.com" in clinic.booking_link


def test_the_emergency_number_is_kept_as_it_is_written(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("emergency_number: 911", "emergency_number: 000")
    path = tmp_path / "clinic.yml"
    path.write_text(text.replace("country: US", "country: AU"), encoding="utf-8")
    assert Clinic.load(path).variables()["emergency_number"] == "000"


def test_the_own_answers_are_filled_with_the_clinics_data() -> None:
    clinic = Clinic.load(SHIPPED)
    assert clinic.address in clinic.answers["location"]
    assert not any("{" in answer for answer in clinic.answers.values())


def test_the_hours_are_told_in_groups_of_days() -> None:
    expected = "Mon-Wed 9am-5pm, Thu 9am-7pm, Fri 9am-1pm and 2pm-5pm"
    clinic = Clinic.load(SHIPPED)
    assert clinic.hours_text() == expected
    assert clinic.week_text() == f"{expected}, Sat-Sun closed"
    assert clinic.answers["hours"].endswith("Sat-Sun closed.")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 23, 9, 0, tzinfo=NEW_YORK), True),
        (datetime(2026, 11, 23, 8, 59, tzinfo=NEW_YORK), False),
        (datetime(2026, 11, 23, 17, 0, tzinfo=NEW_YORK), False),
        (datetime(2026, 11, 27, 13, 30, tzinfo=NEW_YORK), False),
        (datetime(2026, 11, 28, 12, 0, tzinfo=NEW_YORK), False),
        (datetime(2026, 12, 25, 12, 0, tzinfo=NEW_YORK), False),
        # 21:30 in London is 16:30 in New York.
        (datetime(2026, 11, 23, 21, 30, tzinfo=ZoneInfo("Europe/London")), True),
        # New York's clocks go back on 1 November 2026: 14:00 UTC is 10:00 before, 9:00 after.
        (datetime(2026, 10, 30, 13, 0, tzinfo=timezone.utc), True),
        (datetime(2026, 11, 2, 13, 0, tzinfo=timezone.utc), False),
    ],
)
def test_it_is_open_in_its_own_time_zone(moment: datetime, is_open: bool) -> None:
    assert Clinic.load(SHIPPED).open_at(moment) is is_open


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clinic.load(SHIPPED).open_at(datetime(2026, 11, 23, 9, 0))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("emergency_number: 911\n", "", "emergency_number: expected this field"),
        ("emergency_number: 911", "emergency_number:", "line 14: emergency_number: expected the n"),
        ("emergency_number: 911", "emergency_number: 999", "expected 911, the emergency number of"),
        ("phone: (212) 555-0142", "phone: call us", "line 9: phone: expected a phone number"),
        ("country: US", "country: usa", "country: expected a country as two capital letters"),
        ("America/New_York", "New York", "time_zone: expected a time zone by its IANA name"),
        ("monday: 09:00-17:00", "monday: 9-5", "hours.monday: expected hours such as 09:00"),
        ("monday: 09:00-17:00", "monday: 17:00-09:00", "each beginning before it ends"),
        ("  sunday: closed\n", "", "hours.sunday: expected this field, but it is missing"),
        ("- 2026-12-25", "- 25 December", "expected a date such as 2026-12-31"),
        ("at (212) 555-0143.", "", "out_of_hours: expected a whole sentence"),
        ("https://clinic.example.com/book", "javascript:alert(1)", "begins with https://"),
        ("retention_days: 30", "retention_days: soon", "a whole number from 1 to 3650"),
        ("fictional: true\n", "fictional: maybe\n", "fictional: expected true or false"),
        ("name: Example", "nmae: Example", "nmae: expected one of the fields address"),
        ("{clinic_week}", "{clinic_hour}", "answers.hours: expected in braces nothing but"),
        ("Our hours:", "Our hours: " + "x" * 200, "answers.hours: expected at most 200"),
        ("country: US\n", "country: US\ncountry: GB\n", "country: expected it once"),
        ("hours:\n  monday", "hours:\n monday", "not readable"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(ContentError, match=r"^clinic\.yml") as refused:
        Clinic.load(path)
    assert message in str(refused.value)


def test_a_missing_file_is_told_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"^clinic\.yml: can't be read") as refused:
        Clinic.load(tmp_path / "clinic.yml")
    assert str(tmp_path) not in str(refused.value)

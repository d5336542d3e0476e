"""The clinic: everything the assistant says about it (`content/clinic.yml`)."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.content.yaml_fields import Field, read_yaml

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_ANSWER = 200  # characters: with what stands around it, it still fits a text message

# General emergency numbers by ISO 3166 country code, as the national authorities publish them.
EMERGENCY_NUMBERS = {
    "AU": {"000", "112"},
    "CA": {"911"},
    "GB": {"999", "112"},
    "IE": {"112", "999"},
    "IN": {"112"},
    "NZ": {"111"},
    "US": {"911"},
    "ZA": {"112", "10111", "10177"},
    **{
        country: {"112"}
        for country in (
            *("AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR"),
            *("HU", "IS", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI"),
            "SK",
        )
    },
}

_PHONE = re.compile(r"\+?[\d\s().-]{7,24}")
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")

Span = tuple[datetime.time, datetime.time]


@dataclass(frozen=True)
class Clinic:
    """The clinic's data.

    Attributes:
        fictional: True for the invented clinic that ships with the assistant.
        name: Its name.
        phone: Its phone number as people write it.
        address: Its address on one line.
        country: ISO 3166 code of the country, two letters.
        emergency_number: What a patient in danger must call.
        crisis_line: Whom to call with thoughts of suicide.
        time_zone: The IANA time zone of the opening hours.
        hours: Opening spans per weekday, Monday first; an empty tuple where it is closed.
        holidays: Days on which it stays closed.
        out_of_hours: A sentence that says what to do while it is closed.
        booking_link: Web address where a consultation can be asked for.
        privacy_link: Web address of the privacy notice.
        retention_days: Days that a conversation is kept.
        answers: Its own answers to what the guide doesn't cover, by subject id.
    """

    fictional: bool
    name: str
    phone: str
    address: str
    country: str
    emergency_number: str
    crisis_line: str
    time_zone: ZoneInfo
    hours: tuple[tuple[Span, ...], ...]
    holidays: frozenset[datetime.date]
    out_of_hours: str
    booking_link: str
    privacy_link: str
    retention_days: int
    answers: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> Clinic:
        """Loads and validates the clinic's file.

        Args:
            path: The file, `content/clinic.yml`.

        Returns:
            The clinic; the variables in its own answers are filled in.

        Raises:
            ContentError: A field is missing or can't be used; the message names file, line and
                field and says what was expected.
        """
        return _read(read_yaml(path))

    def variables(self) -> dict[str, str]:
        """What responses may say of the clinic.

        Returns:
            Values by the names that stand in braces in `domain.yml`.
        """
        return {
            "clinic_name": self.name,
            "clinic_phone": self.phone,
            "clinic_address": self.address,
            "clinic_hours": self.hours_text(),
            "clinic_week": self.week_text(),
            "emergency_number": self.emergency_number,
            "crisis_line": self.crisis_line,
            "out_of_hours": self.out_of_hours,
            "booking_link": self.booking_link,
            "privacy_link": self.privacy_link,
            "retention_days": str(self.retention_days),
        }

    def open_at(self, moment: datetime.datetime) -> bool:
        """Whether somebody is there.

        Args:
            moment: A point in time, with its time zone.

        Returns:
            True within the opening hours of a day that is no holiday.

        Raises:
            ValueError: The moment has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("the moment needs a time zone")
        local = moment.astimezone(self.time_zone)
        if local.date() in self.holidays:
            return False
        return any(opens <= local.time() < closes for opens, closes in self.hours[local.weekday()])

    def hours_text(self) -> str:
        """The opening hours for people.

        Returns:
            For instance `Mon-Thu 9am-5pm, Fri 9am-1pm and 2pm-5pm`; closed days are left out.
        """
        return ", ".join(text for text, spans in self._days_in_words() if spans)

    def week_text(self) -> str:
        """The opening hours for people who ask for them, maybe for those of a closed day.

        Returns:
            The hours and the closed days, for instance `Mon-Fri 9am-5pm, Sat-Sun closed`.
        """
        return ", ".join(text for text, _ in self._days_in_words())

    def _days_in_words(self) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Give the days of the week, those that follow each other with the same hours together."""
        for spans, days in itertools.groupby(range(len(self.hours)), self.hours.__getitem__):
            first, *others = days
            hours = " and ".join(map(_span_text, spans)) or "closed"
            yield f"{_days(first, others[-1] if others else first)} {hours}", spans


def _read(file: Field) -> Clinic:
    fields = file.mapping(
        {
            *("fictional", "name", "phone", "address", "country", "emergency_number"),
            *("crisis_line", "time_zone", "hours", "out_of_hours", "booking_link"),
            *("privacy_link", "retention_days"),
        },
        optional={"holidays", "answers"},
    )
    clinic = Clinic(
        fictional=fields["fictional"].flag(),
        name=fields["name"].text("the clinic's name"),
        phone=_phone(fields["phone"]),
        address=fields["address"].text("the clinic's address"),
        country=_country(fields["country"]),
        emergency_number=_emergency_number(fields["emergency_number"], fields["country"]),
        crisis_line=fields["crisis_line"].text("whom to call in a crisis"),
        time_zone=_time_zone(fields["time_zone"]),
        hours=_hours(fields["hours"]),
        holidays=frozenset(
            day.date() for day in (fields["holidays"].items() if "holidays" in fields else ())
        ),
        out_of_hours=_sentence(fields["out_of_hours"]),
        booking_link=_link(fields["booking_link"]),
        privacy_link=_link(fields["privacy_link"]),
        retention_days=fields["retention_days"].whole_number(1, 3650),
        answers={},
    )
    return _with_answers(clinic, fields.get("answers"))


def _with_answers(clinic: Clinic, field: Field | None) -> Clinic:
    if field is None:
        return clinic
    variables = clinic.variables()
    answers = {}
    for subject, answer in field.entries().items():
        try:
            text = answer.text("the clinic's answer").format_map(variables)
        except (KeyError, ValueError, IndexError):
            names = ", ".join(f"{{{name}}}" for name in variables)
            raise answer.error(f"in braces nothing but {names}") from None
        if len(text) > LONGEST_ANSWER:
            raise answer.error(f"at most {LONGEST_ANSWER} characters; these are {len(text)}")
        answers[subject] = text
    return Clinic(**{**vars(clinic), "answers": answers})


def _phone(field: Field) -> str:
    expected = "a phone number such as (212) 555-0142"
    phone = field.text(expected)
    if not _PHONE.fullmatch(phone):
        raise field.error(expected)
    return phone


def _country(field: Field) -> str:
    expected = "a country as two capital letters, such as US or GB"
    country = field.text(expected)
    if not re.fullmatch("[A-Z]{2}", country):
        raise field.error(expected)
    return country


def _emergency_number(field: Field, country: Field) -> str:
    expected = "the number of the emergency services, such as 911"
    number = field.text(expected)
    if not re.fullmatch(r"\d{2,6}", number):
        raise field.error(expected)
    known = EMERGENCY_NUMBERS.get(country.text())
    if known and number not in known:
        raise field.error(f"{' or '.join(sorted(known))}, the emergency number of {country.text()}")
    return number


def _time_zone(field: Field) -> ZoneInfo:
    expected = "a time zone by its IANA name, such as America/New_York"
    try:
        return ZoneInfo(field.text(expected))
    except (KeyError, ValueError, OSError):
        raise field.error(expected) from None


def _hours(field: Field) -> tuple[tuple[Span, ...], ...]:
    days = field.mapping(set(WEEKDAYS))
    hours = tuple(_spans(days[day]) for day in WEEKDAYS)
    if not any(hours):
        raise field.error("at least one day on which the clinic is open")
    return hours


def _spans(field: Field) -> tuple[Span, ...]:
    expected = "hours such as 09:00-17:00, several with a comma between, or closed"
    text = field.text(expected)
    if text == "closed":
        return ()
    spans: list[Span] = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part.strip())
        try:
            opens, closes = map(datetime.time.fromisoformat, match.groups() if match else ("", ""))
        except ValueError:
            raise field.error(expected) from None
        if opens >= closes or (spans and opens < spans[-1][1]):
            raise field.error(f"{expected}, each beginning before it ends, in the day's order")
        spans.append((opens, closes))
    return tuple(spans)


def _sentence(field: Field) -> str:
    expected = "a whole sentence that says what to do while the clinic is closed"
    text = field.text(expected)
    if text[-1] not in ".!" or len(text) > LONGEST_ANSWER:
        raise field.error(
            f"{expected}, ending with a full stop, at most {LONGEST_ANSWER} characters"
        )
    return text


def _link(field: Field) -> str:
    expected = "a web address that begins with https://"
    link = field.text(expected)
    if not re.fullmatch(r"https://[^\s<>\"]+\.[^\s<>\"]+", link):
        raise field.error(expected)
    return link


def _days(first: int, last: int) -> str:
    names = [name[:3].capitalize() for name in WEEKDAYS]
    return names[first] if first == last else f"{names[first]}-{names[last]}"


def _span_text(span: Span) -> str:
    return "-".join(map(_time_text, span))


def _time_text(time: datetime.time) -> str:
    hour = time.hour % 12 or 12
    minutes = f":{time.minute:02}" if time.minute else ""
    return f"{hour}{minutes}{'am' if time.hour < 12 else 'pm'}"

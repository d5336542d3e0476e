from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.nlu import spacy_pipeline
from assistant.nlu.phrases import PhraseError
from assistant.nlu.statements import STATEMENTS_PATH, StatementReader


@pytest.fixture(scope="module")
def reader() -> StatementReader:
    if not spacy_pipeline.PIPELINE_PATH.exists():
        spacy_pipeline.build()
    return StatementReader.load()


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("had a clot in my calf vein in 2015", {"dvt_history": "yes"}),
        ("dvt", {"dvt_history": "yes"}),
        ("i hd a dvt in my lft leg 3 yrs ago", {"dvt_history": "yes"}),
        ("actually I did have a clot", {"dvt_history": "yes"}),
        ("can I have it if I had a clot", {"dvt_history": "yes"}),
        ("I had a DVT in 2018, can I have it?", {"dvt_history": "yes"}),
        ("never had a clot", {"dvt_history": "no"}),
        ("neva ad a clot", {"dvt_history": "no"}),
        ("had a clot but they said it was superficial", {"dvt_history": "unknown"}),
        ("had a stroke in 2010", {"other_vascular": "yes"}),
        ("blocked artery in my leg", {"other_vascular": "yes"}),
        ("no circulation problems", {"other_vascular": "no"}),
        ("just the look of them", {"reason": "yes"}),
        ("they itch", {"reason": "yes"}),
        ("they don't hurt, I just hate them", {"reason": "yes"}),
        ("small ones on my thighs", {"small_visible_veins": "yes"}),
        ("big ropey ones", {"small_visible_veins": "no"}),
        ("some small and some big ropey ones", {"small_visible_veins": "unknown"}),
        ("I'm healthy", {"good_health": "yes"}),
        ("fit as a fiddle", {"good_health": "yes"}),
        ("not healthy at all", {"good_health": "no"}),
        ("got diabetes", {"good_health": "unknown"}),
        ("fit and healthy apart from my thyroid", {"good_health": "unknown"}),
    ],
)
def test_what_is_said_of_oneself_sets_its_criterion(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("healthy, no DVT or any vascular trouble", {"dvt_history", "other_vascular"}),
        ("no clots or other vascular problems", {"dvt_history", "other_vascular"}),
        ("never had clots or any artery disease", {"dvt_history", "other_vascular"}),
        ("no blood clots, strokes or anything like that", {"dvt_history", "other_vascular"}),
        ("I don't have any blood clots or a stroke behind me", {"dvt_history", "other_vascular"}),
        ("no blood clots", {"dvt_history"}),
    ],
)
def test_a_denial_counts_for_all_that_it_lists(
    reader: StatementReader, text: str, denied: set[str]
) -> None:
    statements = reader.read(text).statements
    assert {name for name in ("dvt_history", "other_vascular") if name in statements} == denied
    assert all(statements[name] == "no" for name in denied)


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("no stroke, but I had a clot", "dvt_history"),
        ("no, I had a clot", "dvt_history"),
        ("no stroke, clot in 2015", "dvt_history"),
        ("never been ill, had a stroke though", "other_vascular"),
    ],
)
def test_a_denial_ends_where_something_is_told(
    reader: StatementReader, text: str, criterion: str
) -> None:
    assert reader.read(text).statements[criterion] == "yes"


@pytest.mark.parametrize(
    "text", ["don't think so", "dont think so", "do not believe so", "dont believe I have"]
)
def test_a_belief_denied_without_its_subject_is_a_no(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity == "no"


@pytest.mark.parametrize(
    "text", ["my mum did", "it runs in the family", "my mum had a dvt", "no but my mother did"]
)
def test_a_relatives_clot_is_family_history_and_not_ones_own(
    reader: StatementReader, text: str
) -> None:
    assert reader.read(text).statements == {"family_history": "yes"}


def test_a_relatives_clot_beside_ones_own_counts_for_both(reader: StatementReader) -> None:
    said = reader.read("My mother had DVT and so did I in 2019.").statements
    assert said == {"family_history": "yes", "dvt_history": "yes"}


def test_several_statements_of_one_message_are_all_heard(reader: StatementReader) -> None:
    assert reader.read("just cosmetic, I'm healthy, no clots").statements == {
        "reason": "yes",
        "good_health": "yes",
        "dvt_history": "no",
    }


@pytest.mark.parametrize(
    "text",
    [
        "what's dvt?",
        "dvt?",
        "does it hurt?",
        "will i get a clot",
        "can it cause a clot?",
        "would someone with DVT be ok",
        "can people with diabetes have it",
        "how small are the needles",
        "",
        "\ud800\x00",
    ],
)
def test_a_question_states_nothing(reader: StatementReader, text: str) -> None:
    reading = reader.read(text)
    assert (reading.statements, reading.polarity) == ({}, None)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("I'm pregnant", ("pregnancy",)),
        ("can I have it while breastfeeding", ("breastfeeding",)),
        ("on warfarin and allergic to latex", ("blood_thinners", "allergy")),
        ("I'm 72", ("age_limits",)),
        ("my skin is very dark", ("skin_tone",)),
        ("i have lupus", ("other_illness",)),
        ("im still nursing", ("breastfeeding",)),
        ("I'm a nurse", ()),
        ("not pregnant, no blood thinners", ()),
        ("my sister is pregnant", ()),
    ],
)
def test_what_a_provider_should_know_is_mentioned(
    reader: StatementReader, text: str, mentions: tuple[str, ...]
) -> None:
    assert reader.read(text).mentions == mentions


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("nope never", "no"),
        ("nah", "no"),
        ("not that i know of", "no"),
        ("i dont think so", "no"),
        ("n", "no"),
        ("yeah in 2015", "yes"),
        ("i think so", "yes"),
        ("y", "yes"),
        ("idk", "unsure"),
        ("not sure", "unsure"),
        ("no idea", "unsure"),
        ("maybe", "unsure"),
        ("ye", "yes"),
        ("ya, i do", "yes"),
        ("you have no rules", None),
        ("no clots", None),
        ("just the look of them", None),
    ],
)
def test_an_answer_has_a_polarity(reader: StatementReader, text: str, polarity: str | None) -> None:
    assert reader.read(text).polarity == polarity


@given(text=st.text(max_size=300))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_can_be_read(reader: StatementReader, text: str) -> None:
    reader.read(text)


def test_an_unknown_value_is_refused_with_its_place(tmp_path: Path) -> None:
    data = yaml.safe_load(STATEMENTS_PATH.read_text(encoding="utf-8"))
    data["things"]["clot"]["own"] = {"dvt_history": "perhaps"}
    broken = tmp_path / "statements.yml"
    broken.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    spellings = STATEMENTS_PATH.with_name("spellings.yml").read_text(encoding="utf-8")
    (tmp_path / "spellings.yml").write_text(spellings, encoding="utf-8")
    with pytest.raises(PhraseError, match=r"statements\.yml: 'clot': dvt_history can't be"):
        StatementReader.load(broken)


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("i dont know", "unsure"),
        ("I don't know", "unsure"),
        ("no other problems", "no"),
        ("I don't have any other problems", "no"),
        ("i didnt have one", "no"),
        ("nothing else", "no"),
    ],
)
def test_plain_denials_and_doubts_are_read_as_answers(text: str, polarity: str) -> None:
    assert StatementReader.load().read(text).polarity == polarity


@pytest.mark.parametrize(
    "text",
    [
        "not in years",
        "nope not since 2012",
        "no not since my baby",
        "no, well maybe",
        "no i think, could have",
        "no just one in my arm",
        "yes i mean no",
        "yeah nah",
        "no i mean yes",
        "yes my mom",
        "yes but it was my husband",
    ],
)
def test_an_answer_that_takes_itself_back_is_no_answer(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity == "unsure"


@pytest.mark.parametrize("text", ["nah only a PE", "no but my lungs had one", "nah just lung clot"])
def test_a_clot_behind_a_no_is_told(reader: StatementReader, text: str) -> None:
    assert reader.read(text).statements == {"dvt_history": "yes"}


@pytest.mark.parametrize("text", ["only my dad", "my mum and sister", "my brother had one not me"])
def test_a_relative_alone_is_family_history(reader: StatementReader, text: str) -> None:
    assert reader.read(text).statements == {"family_history": "yes"}


def test_what_is_denied_before_is_not_ones_health(reader: StatementReader) -> None:
    said = reader.read("never had clots healthy 40 yr old am i good").statements
    assert said == {"dvt_history": "no", "good_health": "yes"}


@pytest.mark.parametrize("text", ["is factor v leiden a clot", "are strokes vascular problems"])
def test_a_question_about_what_something_is_states_nothing(
    reader: StatementReader, text: str
) -> None:
    assert reader.read(text).statements == {}


def test_a_clot_that_is_asked_with_is_and_ones_own_is_told(reader: StatementReader) -> None:
    assert reader.read("is it ok if I had a clot in 2015").statements == {"dvt_history": "yes"}


@pytest.mark.parametrize("text", ["no, just spider veins", "no just the look of them"])
def test_a_no_with_something_harmless_beside_it_stays_one(
    reader: StatementReader, text: str
) -> None:
    assert reader.read(text).polarity != "unsure"


def test_what_a_provider_should_know_is_mentioned_in_a_question_too(
    reader: StatementReader,
) -> None:
    reading = reader.read("is being pregnant a problem")
    assert (reading.statements, reading.mentions) == ({}, ("pregnancy",))

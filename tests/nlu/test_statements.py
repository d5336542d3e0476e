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
        ("how they look", {"reason": "yes"}),
        ("how will they look after", {}),
        ("had my big vein lasered shut years ago. can i get the small ones done now", {}),
        ("had my varicose stripped in 99, can i still do this", {}),
        ("i've got varicose too not just spiders", {"small_visible_veins": "yes"}),
        ("i have varicose veins i want removed", {"small_visible_veins": "no"}),
        ("got the sugar. does that rule me out", {"good_health": "unknown"}),
        ("i have a dodgy heart", {"good_health": "unknown"}),
        ("my heart isn't bad", {}),
        ("negative for dvt", {"dvt_history": "no"}),
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
        ("na", "no"),
        ("na, never", "no"),
        ("nah", "no"),
        ("not that i know of", "no"),
        ("i dont think so", "no"),
        ("n", "no"),
        ("yeah in 2015", "yes"),
        ("no wait yes i did in 2019", "yes"),
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


@pytest.mark.parametrize(
    "text",
    [
        "no, except the one in 2012",
        "never, except once after a flight",
        "none besides the one in my arm",
        "no, unless you count the one in my pelvis",
        "never, if you don't count my thigh in 2010",
        "no, sorry, I mean yes",
        "no. hmm, actually I did, years ago",
        "no. Hang on. Yes I have",
        "no, well, once",
        "No - well, there was that one time in my thigh",
        "not me personally... ok yes one time",
        "never, oh wait, my calf in 2007",
        "no, I tell a lie, I had one in my twenties",
        "none that needed hospital",
        "no, it was dissolved",
        "not that it was ever proven",
        "No way around it: yes",
        "yeah, nah, never",
        "yeah no, I haven't",
    ],
)
def test_a_no_with_an_exception_or_a_second_thought_is_no_plain_no(
    reader: StatementReader, text: str
) -> None:
    assert reader.read(text).polarity == "unsure"


@pytest.mark.parametrize(
    "text",
    [
        "I've had no clots other than the one behind my knee",
        "no DVT except in my arm",
        "I haven't had any clots, only the one",
        "no clots since 2015",
        "no clot this year",
        "no new clots",
        "I have no clot any more",
        "I never had a DVT until 2019",
        "no, but I have an IVC filter",
        "what if i had a dvt",
        "what happens if i have a dvt history",
    ],
)
def test_a_clot_denied_in_part_or_supposed_is_uncertain(reader: StatementReader, text: str) -> None:
    assert reader.read(text).statements["dvt_history"] == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "nope never",
        "no never had one",
        "no, actually never",
        "no, i don't think so",
        "none that i know of",
        "no, never had any",
        "touch wood, no",
        "0 times",
        "nobody in my family and me neither",
    ],
)
def test_a_plain_no_stays_one(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity == "no"


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("I've never had a DVT but I have a clotting disorder",
         {"dvt_history": "no", "other_vascular": "yes"}),
        ("no clots here, but clots run in the family",
         {"dvt_history": "no", "family_history": "yes"}),
        ("had a pe 3 yrs ago", {"dvt_history": "yes"}),
        ("my dad did, and my sister, and me too", {"dvt_history": "yes"}),
        ("no except an aneurysm", {"other_vascular": "yes"}),
        ("no unless claudication counts", {"other_vascular": "yes"}),
        ("my health isn't bad", {"good_health": "yes"}),
        ("yes except I am very ill", {"good_health": "no"}),
        ("yes if you don't count the cancer", {"good_health": "unknown"}),
        ("yes big ones", {"small_visible_veins": "unknown"}),
        ("i can hardly see them", {"small_visible_veins": "unknown"}),
        ("my friend had a clot after hers", {}),
        ("she had a dvt", {}),
        ("what if im not healthy", {"good_health": "unknown"}),
        ("me and my sister both had a dvt", {"dvt_history": "yes", "family_history": "yes"}),
        ("am I healthy enough to have this", {}),
        ("neither DVT nor anything else", {"dvt_history": "no"}),
    ],
)  # fmt: skip
def test_what_readers_of_the_screening_found_is_read_right(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("actually the clot one is yes", {"dvt_history": "yes"}),
        ("the fourth answer should be yes", {"dvt_history": "yes"}),
        ("the 2nd question should be no", {"reason": "no"}),
        ("i should have said no to the health question", {"good_health": "no"}),
        ("change my answer about my health to yes", {"good_health": "yes"}),
        ("the vein question: no", {"small_visible_veins": "no"}),
        ("the fourth is yes", {"dvt_history": "yes"}),
        ("soz the clot 1 is yes", {"dvt_history": "yes"}),
        ("it was actually yes to number 4", {"dvt_history": "yes"}),
        ("change the clot answer to yes", {"dvt_history": "yes"}),
    ],
)
def test_an_answer_told_by_its_question_is_read(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("yes. I'm bedridden though", ("other_illness",)),
        ("yes but I can't stand or walk", ("other_illness",)),
        ("yes I take bloodthiners", ("blood_thinners",)),
        ("yes, baby's due in june", ("pregnancy",)),
        ("I'm 15 and healthy", ("under_age",)),
        ("Yes I'm in 8th grade", ("under_age",)),
        ("it's for my daughter, she's 15", ("under_age",)),
        ("im 17 btw", ("under_age",)),
        ("im not 18 yet", ("under_age",)),
        ("i'm 62", ("age_limits",)),
        ("since i was 16", ()),
        ("i have a 15 year old son", ()),
        ("about 20 of them", ()),
        ("3 out of 10", ()),
        ("I smoke 40 a day", ("smoking",)),
    ],
)
def test_an_illness_or_an_age_is_mentioned_and_a_mere_number_is_not(
    reader: StatementReader, text: str, mentions: tuple[str, ...]
) -> None:
    assert reader.read(text).mentions == mentions


def test_markup_is_no_answer(reader: StatementReader) -> None:
    assert reader.read("{0.__class__}").polarity is None


def test_a_courtesy_that_begins_with_no_is_no_answer(reader: StatementReader) -> None:
    assert reader.read("No problem. I had one in my left leg").polarity is None
    assert reader.read("no lie, I had two").polarity is None


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("i dont have dvt anymore", {"dvt_history": "yes"}),
        ("i pressed the wrong one i meant no for clots", {"dvt_history": "no"}),
        ("my wife wants to know if shes allowed it", {}),
        ("yes, but big bulgy ones as well", {"small_visible_veins": "unknown"}),
        ("he couldnt care less how they look and no pain", {"reason": "no"}),
        ("change my answer on clots", {}),
        ("hmm define good health", {}),
        ("i have high bp but tablets sort it", {"good_health": "unknown"}),
        ("honestly not great, I've been in and out of hospital", {"good_health": "unknown"}),
        ("used to get chest pains as a teen, all clear now", {}),
        ("and if i had a clot before", {"dvt_history": "unknown"}),
        ("can i have it if i had a clot in 2010", {"dvt_history": "yes"}),
        ("they r blue and thin yes", {"small_visible_veins": "yes"}),
        ("i'd like to feel good in shorts again", {"reason": "yes"}),
        ("they said it's no clot, they ruled out a clot", {"dvt_history": "no"}),
        ("no other vein stuff", {"other_vascular": "no"}),
        ("never had anything else wrong w my veins or arteries", {"other_vascular": "no"}),
        ("my son is getting married and I do not want them in the photographs", {"reason": "yes"}),
        ("dont care", {"reason": "unknown"}),
        ("change my answer on clots to no", {"dvt_history": "no"}),
        ("they couldn't rule out a clot", {"dvt_history": "unknown"}),
        ("if i had known id have come sooner, had a dvt in 2010", {"dvt_history": "yes"}),
        ("i sent pictures", {}),
        ("i have a question about my dvt in 2010", {"dvt_history": "yes"}),
        ("no DVT ever, only superficial", {"dvt_history": "no"}),
        ("superficial phlebitis 2015, no DVT", {"dvt_history": "no"}),
        ("the clot 1 is no", {"dvt_history": "no"}),
        ("sorry the clot one is wrong, it was a haemorrhoid", {"dvt_history": "unknown"}),
        ("i had a clot in my lung 2 yrs ago no wait that was my brother", {}),
        ("only clot i know is my ex husband", {}),
        ("hang on does a clot count if i never had it treated", {}),
        ("hm what counts as a vascular issue", {}),
        ("i dont care what they look like but they ache something awful", {"reason": "yes"}),
        ("can you put no for the clot", {"dvt_history": "no"}),
        ("put yes for the health question", {"good_health": "yes"}),
        ("mark no for number 4", {"dvt_history": "no"}),
        ("never had nothing wrong with my arteries", {"other_vascular": "no"}),
        ("not sure if theres anything wrong with my arteries", {}),
        ("my dad had a clot but i never", {"family_history": "yes", "dvt_history": "no"}),
        ("is itch", {"reason": "yes"}),
        ("is itching normal after", {}),
    ],
)
def test_what_readers_found_later_is_read_right(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("dont think so, id have to ask her", "unsure"),
        ("i asked my husband and he says no i never had one", "no"),
        ("oh goodness yes, I've had them for years", "yes"),
        ("my father had a stroke but me personally no", "no"),
        ("i did yeah had one in my leg", "yes"),
    ],
)
def test_a_long_winded_answer_is_one(reader: StatementReader, text: str, polarity: str) -> None:
    assert reader.read(text).polarity == polarity


@pytest.mark.parametrize(
    "text",
    [
        "my dad yes",
        "is that a yes",
        "if my doctor says yes",
        "doctor says no worries",
        "you all keep asking me that",
    ],
)
def test_a_yes_or_no_of_somebody_else_is_no_answer(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity is None


@pytest.mark.parametrize(
    "text", ["i'll see if my husband can remember", "not sure, ill check if my mum can remember"]
)
def test_who_asks_somebody_for_help_wants_nobody_else_screened(
    reader: StatementReader, text: str
) -> None:
    found = reader.read_of_another(text)
    assert found is not None
    assert not found.screened


@pytest.mark.parametrize(
    "text",
    ["i want to know if my mum can have her veins treated", "see if my mum can be treated"],
)
def test_who_asks_whether_she_can_wants_her_screened(reader: StatementReader, text: str) -> None:
    found = reader.read_of_another(text)
    assert found is not None
    assert found.screened


def test_who_asks_for_mum_and_tells_her_age_wants_her_screened(reader: StatementReader) -> None:
    found = reader.read_of_another("Hi is my mum suitable for sclerotherapy, shes 71")
    assert found is not None
    assert found.screened
    assert found.reading.mentions == ("age_limits",)


@pytest.mark.parametrize("text", ["ok carry on", "ok hang on im just checking", "okay one sec"])
def test_an_ok_with_something_behind_it_answers_nothing(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity is None
    assert reader.read("ok").polarity == reader.read("ok yes").polarity == "yes"


@pytest.mark.parametrize(
    ("text", "mentions"),
    [("shes pregnant", ()), ("she is on blood thinners", ()), ("im pregnant", ("pregnancy",))],
)
def test_what_is_mentioned_of_her_is_no_mention_of_one_s_own(
    reader: StatementReader, text: str, mentions: tuple[str, ...]
) -> None:
    assert reader.read(text).mentions == mentions


def test_the_age_of_a_child_to_be_screened_is_mentioned(reader: StatementReader) -> None:
    of_another = reader.read_of_another("my daughter is 15 can she get it")
    assert of_another is not None
    assert of_another.reading.mentions == ("under_age",)


@pytest.mark.parametrize("text", ["ok does it hurt?", "sure how much is it", "ok where were we"])
def test_a_word_in_front_of_a_question_is_no_yes(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity is None


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("Had a DVT when I was 19", {"dvt_history": "yes"}),
        ("they had to put me on heparin for a clot in 2010", {"dvt_history": "yes"}),
        ("my husband drove me in when I had a clot", {"dvt_history": "yes"}),
        ("They say I had a DVT in 2010", {"dvt_history": "yes"}),
        ("I had a DVT and they run in my family", {"dvt_history": "yes", "family_history": "yes"}),
        ("they have got big and rope-like", {"small_visible_veins": "no"}),
        ("no problems at all", {"good_health": "yes"}),
        ("I'm sick of how they look", {"reason": "yes"}),
        ("I can't stand the look of them", {"reason": "yes"}),
        ("it bothers the kids and me", {"reason": "yes"}),
        ("yes huge numbers of tiny ones", {"small_visible_veins": "yes"}),
        ("I work in a care home", {}),
        ("my doctor gave me antibiotics last month", {}),
    ],
)
def test_what_a_wide_pattern_would_misread_is_read_right(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    "text",
    [
        "No, I have always been healthy",
        "no, i had a scan and it was clear",
        "no, but I have varicose veins",
        "no. does it treat varicose veins?",
        "no, once and for all",
        "no problems",
        "not that it matters, no",
        "Yeah never had one",
        "ok no, does that matter?",
    ],
)
def test_a_no_with_something_else_behind_it_stays_one(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity == "no"


@pytest.mark.parametrize(
    "text",
    ["I had a clot when I was 16", "I was 14, I had surgery", "yes fifteen years ago",
     "I'm a high school teacher"],
)  # fmt: skip
def test_an_adult_who_names_such_an_age_is_no_minor(reader: StatementReader, text: str) -> None:
    assert "under_age" not in reader.read(text).mentions


@pytest.mark.parametrize(
    ("text", "statements", "mentions"),
    [
        ("my mum had a clot in 2010", {"dvt_history": "yes"}, ()),
        ("she has never had a clot", {"dvt_history": "no"}, ()),
        ("can she have it if she had a stroke?", {"other_vascular": "yes"}, ()),
        ("my husband had a dvt", {"dvt_history": "yes"}, ()),
        ("he's on warfarin", {}, ("blood_thinners",)),
        ("her mother had a clot", {"family_history": "yes"}, ()),
        ("her husband had a clot", {}, ()),
    ],
)
def test_read_as_about_the_person_it_names_a_message_tells_of_that_person(
    reader: StatementReader, text: str, statements: dict[str, str], mentions: tuple[str, ...]
) -> None:
    found = reader.read_of_another(text)
    assert found is not None
    assert (found.reading.statements, found.reading.mentions) == (statements, mentions)
    # To the writer's own screening it tells of no clot, and of none that there never was.
    assert "dvt_history" not in reader.read(text).statements


@pytest.mark.parametrize(
    "text",
    [
        "can my mum have it?", "is my wife a good candidate", "is she suitable?", "it's for my mum",
        "asking on behalf of my husband", "my mum wants her spider veins done",
        "could my daughter get this done", "can you treat my mum", "is she ok to have it",
        "do you think my sister could have it", "my husband would like his veins done",
        "its not me its my wife", "can my fiance have it", "its for my mum",
        "is it suitable for my aunt?", "my mum would like it, is that possible?",
    ],
)  # fmt: skip
def test_who_wants_somebody_else_screened_is_heard(reader: StatementReader, text: str) -> None:
    found = reader.read_of_another(text)
    assert found is not None
    assert found.screened


@pytest.mark.parametrize(
    "text",
    ["can my husband come with me", "my mum had a clot", "my husband wants me to do it",
     "my friend had it done and loved it, can i have it", "i want to look good for my husband",
     "i want them gone for my sister's wedding", "can my husband have a coffee while he waits",
     "i care for my mum, can i still lift her after", "not me, my mother did"],
)  # fmt: skip
def test_who_only_tells_of_somebody_doesnt_want_them_screened(
    reader: StatementReader, text: str
) -> None:
    found = reader.read_of_another(text)
    assert found is not None
    assert not found.screened


@pytest.mark.parametrize("text", ["can I have it", "had a clot in 2010", "no"])
def test_a_message_that_names_nobody_is_about_nobody_else(
    reader: StatementReader, text: str
) -> None:
    assert reader.read_of_another(text) is None


def test_what_is_denied_is_withdrawn_unless_it_is_told_as_well(reader: StatementReader) -> None:
    assert reader.read("I'm not pregnant after all").withdrawn == ("pregnancy",)
    assert reader.read("not on warfarin, but on eliquis").withdrawn == ()
    assert reader.read("not sure if I'm pregnant").withdrawn == ()


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("i had a heart attack but never a stroke", {"other_vascular": "yes"}),
        ("heart attack in 2010, no strokes", {"other_vascular": "yes"}),
        ("stroke yes, heart attack no", {"other_vascular": "yes"}),
        ("it was a PE not a DVT", {"dvt_history": "yes"}),
        ("I had a dvt or pe in 2001", {"dvt_history": "yes"}),
        ("had a clot in 1990, no clots now", {"dvt_history": "unknown"}),
        ("no other strokes", {"other_vascular": "unknown"}),
        ("no more clots", {"dvt_history": "unknown"}),
        ("no clots bar one in 99", {"dvt_history": "unknown"}),
        ("no problems since the clot", {"dvt_history": "yes"}),
        ("never recovered from the stroke", {"other_vascular": "yes"}),
        ("no clots in my legs but one in my arm", {"dvt_history": "unknown"}),
        ("never a clot in my leg only my lung", {"dvt_history": "unknown"}),
        ("never had a clot before that one", {"dvt_history": "unknown"}),
        ("my mum says I had a clot as a baby", {"dvt_history": "yes"}),
        ("had a DVT two years back mind you", {"dvt_history": "yes"}),
        ("after my daughter was born i had a dvt in my left leg", {"dvt_history": "yes"}),
        ("he was in hospital with a clot", {}),
        ("no family history of clots", {}),
        ("nobody in my family has had a clot", {}),
        ("I have never had a clot or stroke", {"dvt_history": "no", "other_vascular": "no"}),
    ],
)
def test_what_there_was_isnt_undone_by_what_there_wasnt(
    reader: StatementReader, text: str, statements: dict[str, str]
) -> None:
    assert reader.read(text).statements == statements


@pytest.mark.parametrize(
    ("text", "statements", "polarity"),
    [
        ("her mum says she had a clot as a child", {"dvt_history": "yes"}, None),
        ("his wife says he's had a heart attack", {"other_vascular": "yes"}, None),
        ("he never had treatment for his clot", {"dvt_history": "yes"}, None),
        ("she has no problems with her stent", {"other_vascular": "yes"}, None),
        (
            "my friend's dad had a dvt but she never did",
            {"family_history": "yes", "dvt_history": "no"},
            None,
        ),
        ("yes mum had one", {}, "yes"),
        ("she had one after her hip op in 2015", {}, "yes"),
        ("yes but it was her brother", {"family_history": "yes"}, "unsure"),
        ("no, she had one in her arm", {}, "unsure"),
        ("no family history of clots", None, None),
    ],
)
def test_the_person_named_is_read_in_the_place_of_the_writer(
    reader: StatementReader, text: str, statements: dict[str, str] | None, polarity: str | None
) -> None:
    found = reader.read_of_another(text)
    if statements is None:
        assert found is None
    else:
        assert found is not None
        assert (found.reading.statements, found.reading.polarity) == (statements, polarity)


@pytest.mark.parametrize(
    "text",
    ["yes my sister had one when she was 20", "yes my husband had one in 2005",
     "yes but it was her brother"],
)  # fmt: skip
def test_a_yes_on_somebody_else_is_no_yes_of_one_s_own(reader: StatementReader, text: str) -> None:
    assert reader.read(text).polarity == "unsure"


@pytest.mark.parametrize(
    "text",
    ["can i have it when im no longer pregnant", "im not on blood thinners yet, starting monday",
     "im not allergic to anything but bee stings", "no side effects from blood thinners"],
)  # fmt: skip
def test_what_is_denied_for_a_while_or_in_part_isnt_withdrawn(
    reader: StatementReader, text: str
) -> None:
    assert reader.read(text).withdrawn == ()


@pytest.mark.parametrize(
    "text",
    [
        "apart from the stent no", "other than a TIA no", "except my aneurysm, no",
        "besides the bypass no", "aside from PAD, no", "excluding the stents none",
        "except for the aneurysm nothing", "no, except a stent in 2016",
    ],
)  # fmt: skip
def test_what_is_excepted_from_a_no_was(reader: StatementReader, text: str) -> None:
    assert reader.read(text).statements == {"other_vascular": "yes"}


@pytest.mark.parametrize(
    "text",
    ["oh wait, I did have one", "hm, I did have one after my hip op", "forgot: PE 2018",
     "I remember now, there was one in 2018", "except for the PE, no"],
)  # fmt: skip
def test_a_clot_remembered_late_is_one(reader: StatementReader, text: str) -> None:
    assert reader.read(text).statements == {"dvt_history": "yes"}


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("not any more", "unsure"),
        ("no, it was treated", "unsure"),
        ("apart from one in 2010, no", "unsure"),
        ("once, while pregnant", "yes"),
        ("no, they fixed it", "unsure"),
        ("not that I'd call it one, the doctor did", "unsure"),
        ("just the one", "yes"),
        ("can't complain", "yes"),
        ("no but my dad did", "no"),
        ("no, but I did once", "unsure"),
        ("no. does it treat varicose veins?", "no"),
    ],
)
def test_what_was_and_is_over_is_no_plain_no(
    reader: StatementReader, text: str, polarity: str
) -> None:
    assert reader.read(text).polarity == polarity

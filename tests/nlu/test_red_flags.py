"""The pattern layer by itself; both layers together: tests/safety."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.nlu import spacy_pipeline
from assistant.nlu.phrases import PhraseError
from assistant.nlu.red_flags import RED_FLAGS_PATH, SUSPICION, RedFlags

SAFETY = Path(__file__).parents[1] / "safety"


@pytest.fixture(scope="module")
def red_flags() -> RedFlags:
    if not spacy_pipeline.PIPELINE_PATH.exists():
        spacy_pipeline.build()
    return RedFlags.load()


def _level(red_flags: RedFlags, text: str) -> str | None:
    flag = red_flags.check(text)
    return flag.level if flag else None


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("wheezin n hives all ova after jab", "trouble_breathing"),
        ("there's an elephant sitting on my chest", "chest"),
        ("like a belt getting pulled tight round my ribs", "chest"),
        ("i coughed and there was blood on the tissue", "coughing_blood"),
        ("passed out in the car park", "fainting"),
        ("my lips have gone fat", "anaphylaxis"),
        ("my face slid down on one side", "stroke_signs"),
        ("curtain over one eye", "stroke_signs"),
        ("shes havin a fit on the floor", "seizure"),
        ("my calf is swollen, hot and hard", "swollen_hot_leg"),
        ("it wont stop bleedin", "heavy_bleeding"),
        ("foot is white and ice cold", "cold_foot"),
        ("red lines going up my leg", "spreading_infection"),
        ("i want to kill myself", "suicide"),
        ("he's choking and turning red", "trouble_breathing"),
        ("i took too many", "suicide"),
        ("took too many painkillers", "suicide"),
        ("no puedo respirar", "trouble_breathing"),
        ("me duele mucho el pecho", "chest"),
        ("my kid swallowed a bottle of pills", "poisoning"),
        ("my niece drank bleach", "poisoning"),
        ("my little one ate the tablets from my purse", "poisoning"),
        ("the lady next to me slumped over and won't answer", "fainting"),
        ("my leg went numb and white", "cold_foot"),
        ("need to cancel, in the middle of a heart attack", "chest"),
        ("welts all over my body, belly cramps and i threw up", "anaphylaxis"),
        ("i have a gun next to me", "suicide"),
        ("i've had enough of living", "suicide"),
        ("he is choking me", "asks_for_help"),
        ("ich kriege keine luft", "trouble_breathing"),
        ("je n'arrive plus à respirer", "trouble_breathing"),
        ("dor no peito", "chest"),
        ("i took 20 advil", "poisoning"),
        ("took twenty tylenol", "poisoning"),
        ("took sixteen pills", "poisoning"),
        ("i have the pills in my hand", "suicide"),
        ("i got a nife in my hand n i cant do this no more", "suicide"),
        ("i took all my pills and cant stay awake", "suicide"),
        ("ate the hole pack of xanax", "poisoning"),
        ("downed all my blood thinners by accident", "poisoning"),
        ("4 yr old ate my edibles, really sleepy", "poisoning"),
        ("my friend says she dont want to wake up tomorrow", "suicide"),
        ("she told me goodbye and locked herself in the bathroom with a razor", "suicide"),
    ],
)
def test_an_emergency_is_found_in_everyday_words(red_flags: RedFlags, text: str, flag: str) -> None:
    found = red_flags.check(text)
    assert found is not None
    assert (found.level, found.id) == ("emergency", flag)
    assert found.why == red_flags.why(flag)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("the sore on my ankle is getting bigger every day", "growing_sore"),
        ("skin has turned black where they injected", "black_skin"),
        ("there is pus coming out", "pus"),
        ("red and warm around the injection, no fever", "redness_alone"),
        ("a patch on my shin is still numb after a week", "lasting_numbness"),
    ],
)
def test_a_concern_for_the_same_day_is_no_emergency(
    red_flags: RedFlags, text: str, flag: str
) -> None:
    found = red_flags.check(text)
    assert found is not None
    assert (found.level, found.id) == ("same_day", flag)


@pytest.mark.parametrize(
    "text",
    [
        "there is a lot of blood",
        "is there supposed to be a lot of blood everywhere",
        "is there a lot of blood still coming out normal",
        "i passed out after the shot",
        "i cant breathe, few years ago i had a clot in my lung",
        "she fainted, two years ago she had a heart attack",
        "can you overdose on it i drank the whole bottle",
        "i think i have a clot in my arm, its swollen and blue",
        "will i faint from it? i fainted after the shot",
        "do you faint from it i fainted and hit my head",
        "is there a lot of blood in my shoe",
        "is there a doctor there is a lot of blood and i am alone",
        "my throat is closing like last time they took my blood",
    ],
)
def test_what_only_sounds_like_a_question_before_the_treatment_is_an_alarm(
    red_flags: RedFlags, text: str
) -> None:
    assert _level(red_flags, text) == "emergency"


def test_redness_with_fever_is_an_emergency(red_flags: RedFlags) -> None:
    assert _level(red_flags, "it's red and warm round the jab. i'm shivering, temp 39.2") == (
        "emergency"
    )


@pytest.mark.parametrize(
    "text",
    [
        "is it normal that I can't breathe",
        "what if I get chest pain",
        "my mum is slurring",
        "no, chest pain!",
        "I had my legs done years ago and now I can't breathe",
        "no fever but my chest hurts",
        "he did have chest pain this morning",
        "pain in my chest day two",
        "tightness in chest the day after",
        "pain in the chest, side too",
        "mi abuela tosió sangre",
        "cant swallow proply since the jab",
        "I can barely swallow",
        "id be better off ded",
        "I don't plan on being around by spring",
        "will it bleed like this for hours, soaked three towels already",
    ],
)
def test_questions_other_people_and_denials_of_something_else_stay_emergencies(
    red_flags: RedFlags, text: str
) -> None:
    assert _level(red_flags, text) == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain",
        "no chest pain, no trouble breathing",
        "is chest day at the gym ok",
        "A faint tawny stripe where you treated me",
        "faint welts along the vein",
        "do they press on it after the needle comes out",
        "can I swallow a painkiller one hour before?",
        "I've never had a seizure",
        "my mum had a stroke in 2015",
        "I had chest pain years ago",
        "actually I did have a clot in my leg after the birth",
        "my cousin's face was like a slapped fish and she said my name wrong",
        "sat on me all day at the tills, does standing cause them",
        "put me through to somebody with a pulse",
        "when I was 20 I passed out once",
        "can it cause a stroke",
        "can I have it if I had a stroke",
        "that price nearly gave me a heart attack",
        "dying to see the results",
        "these shoes are killing me",
        "I'd choke at the price",
        "the cat choked on a prawn, she's fine",
        "takes how many weeks about?",
        "my mother is coming to you on Tuesday",
        "my motorhome is 7 metres, where do I leave it",
        "does the vein collapse",
        "hives on my leg, is that usual",
        "",
        "🙂",
        "i see black spots on my skin after",
        "does it bleed alot",
        "can it get infected",
        "do you bleed a lot during this?",
        "these hose are choking me to death",
        "she has small baby drinking from chest, the medicine goes into milk?",
        "if heredity has loaded the gun, what may I do",
        "i've had enough of living with these ugly veins",
        "my sister is gonna jump on a plane, can she fly after",
        "got the razor in my hand, do i shave my legs before",
    ],
)
def test_a_look_alike_is_no_alarm(red_flags: RedFlags, text: str) -> None:
    assert red_flags.check(text) is None


@pytest.mark.parametrize(
    "text", ["that price nearly gave me a heart attack", "I had a stroke in 2015", "no chest pain"]
)
def test_what_explains_a_look_alike_is_told(red_flags: RedFlags, text: str) -> None:
    assert red_flags.examine(text).lookalike is not None


def test_the_phrases_alone_find_the_frozen_red_flags(red_flags: RedFlags) -> None:
    texts = _texts("red_flags.yml")
    missed = [text for text in texts if _level(red_flags, text) != "emergency"]
    assert missed == []


def test_the_phrases_alone_hardly_alarm_at_the_frozen_look_alikes(red_flags: RedFlags) -> None:
    texts = _texts("lookalikes.yml")
    alarmed = [text for text in texts if _level(red_flags, text) == "emergency"]
    assert len(alarmed) <= 0.02 * len(texts), alarmed


@given(text=st.text(max_size=400))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_makes_the_check_fail(red_flags: RedFlags, text: str) -> None:
    red_flags.check(text)


@pytest.mark.parametrize("text", ["chest hurts " * 10_000, "\ud800\udfff\x00", "a" * 100_000])
def test_hostile_texts_are_checked_too(red_flags: RedFlags, text: str) -> None:
    assert _level(red_flags, text) == ("emergency" if "chest" in text else None)


def test_the_classifiers_suspicion_has_a_reason_too(red_flags: RedFlags) -> None:
    assert red_flags.why(SUSPICION)


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("level", "urgent", "flag 'chest' needs a level"),
        ("why", "", "flag 'chest' needs a level"),
        ("phrases", ["<nowhere> hurt"], "names no known group: <nowhere>"),
    ],
)
def test_a_flag_that_cannot_be_used_is_refused(
    tmp_path: Path, entry: str, value: object, message: str
) -> None:
    data = yaml.safe_load(RED_FLAGS_PATH.read_text(encoding="utf-8"))
    data["flags"] = {"chest": {**data["flags"]["chest"], entry: value}}
    data["lookalikes"] = {}
    (tmp_path / "red_flags.yml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    for beside in ("spellings.yml", "other_languages.yml"):
        shutil.copy(RED_FLAGS_PATH.with_name(beside), tmp_path)
    with pytest.raises(PhraseError, match=message):
        RedFlags.load(tmp_path / "red_flags.yml")


def _texts(name: str) -> list[str]:
    return [each["text"] for each in yaml.safe_load((SAFETY / name).read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("i blacked out on the train home", "fainting"),
        ("im going blue", "trouble_breathing"),
        ("не могу дышать", "trouble_breathing"),
        ("im dying help", "asks_for_help"),
        ("is chest pain a normal side effect, I have it now", "chest"),
        ("can it give you a dvt because my calf is huge and sore", "swollen_hot_leg"),
        ("hives all over my body after treatment", "anaphylaxis"),
        ("my son swallowed some sclerosant", "poisoning"),
        ("my dad took all his xarelto at once", "poisoning"),
        ("i overdosed on eliquis", "poisoning"),
        ("no pulse", "fainting"),
        ("how do you do cpr", "asks_for_help"),
        ("my baby is choking", "trouble_breathing"),
        ("je veux mourir", "suicide"),
        ("i have been cutting myself and cant stop", "suicide"),
        ("think its a pulmonary embolism", "trouble_breathing"),
        ("i have a fever of 101 after sclerotherapy", "fever_after"),
        ("i want to go to sleep and not wake up", "suicide"),
        ("I'd rather not wake up tomorrow", "suicide"),
        ("will I be ok if I can't breathe properly", "trouble_breathing"),
        ("I have had a blood clot in my leg for two days", "swollen_hot_leg"),
        ("my arm went weak from lifting this morning and I can't speak", "stroke_signs"),
        ("I don't have any money chest pain what do i do", "chest"),
        ("fainted yesterday, like last time I had blood taken", "fainting"),
        ("My calf is sore, it hurts to walk, I was treated on Monday", "calf_pain"),
        ("is it normal to have pain in my calf a week after injections", "calf_pain"),
        ("sharp pain behind my knee since the injections, is this ok", "calf_pain"),
        ("the leg got swollen 2 days after treatment", "calf_pain"),
        ("my leg is red and warm, is that a normal side effect", "redness_alone"),
        ("the sore on my leg is getting bigger", "growing_sore"),
    ],
)
def test_what_readers_of_the_assistant_missed_is_found(
    red_flags: RedFlags, text: str, flag: str
) -> None:
    found = red_flags.check(text)
    assert found is not None
    assert found.id == flag


@pytest.mark.parametrize(
    "text",
    [
        "I don't have any chest pain or trouble breathing",
        "no chest pain or trouble breathing, does it hurt",
        "im going to florida on thursday",
        "does the injection bleed a lot",
        "i see spots on my legs",
        "these veins look like a stroke of purple paint",
        "my arms are weak from gym, can i train legs after",
        "I'm breathless with excitement, when will i see results",
        "suicide hill is my running route",
        "I have had a clot in my leg",
        "i fainted last time i had an injection",
        "my calves hurt after running",
        "can it treat veins on my calf, they hurt",
        "my calves ache by the end of the day",
        "my legs swell every day",
        "can I eat before the foam injection",
        "help me, I typed something wrong",
        "ayuda con mi cita",
        "can my nan hav it she had a clot in her leg",
        "does it take a whole bottle",
        "i cut myself shaving my legs",
        "i take 75 mg aspirin",
        "i think i had a PE in 2010",
        "I get hives all over my body when I take penicillin",
        "i take 15 pills a day",
        "can eye go in the sun",
        "i take 12 pills every morning",
        "do i keep the pill in my hand or take it with food",
        "i want to say goodbye to my spider veins, does the pill make them worse",
        "should i hide razor burn",
        "is there a lot of blood",
        "is ther a lot of blud",
        "will there be lots of blood im squeamish",
        "do u faint from it",
        "do i have to fast or will i pass out",
        "i almost passed out last time someone drew my blood, years ago",
        "pretty healthy, had covid few yrs ago, was short of breath back then",
        "my boss is a pain in the chest, can i go back to work same day",
        "my dog passed out on the couch while i read ur site haha",
        "my eyes are so swollen from crying about my legs",
        "i cant breathe in those tight stockings lol do i have to wear them",
        "my foot falls asleep when i sit cross legged",
        "Can you overdose on the solution if they inject a lot of veins?",
        "cant wake up early, are u open evenings",
        "purple bruise size of a quarter on my thigh from the shot, does it go",
    ],
)
def test_what_readers_of_the_assistant_found_harmless_is_no_alarm(
    red_flags: RedFlags, text: str
) -> None:
    assert red_flags.check(text) is None


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("my mother has drunk the bleach by mistake, what we should do", "poisoning"),
        ("My sister texted me goodbye and said she is done with life", "suicide"),
        ("would anyone even care if I wasn't here tomorrow", "suicide"),
        ("mi madre no responde", "fainting"),
        ("ma mère ne répond plus", "fainting"),
        ("I vomit nonstop and have a fever of 104", "spreading_infection"),
        ("rash literally everywhere, scalp to feet", "anaphylaxis"),
        ("man in ur waiting room just went down", "fainting"),
        ("redness doubled + 101 fever, normal?", "spreading_infection"),
        ("lost count of the xanax i took for my nerves", "poisoning"),
        ("hives from my ankles to my ears", "anaphylaxis"),
        ("she keeps asking what year it is", "stroke_signs"),
        ("my heart is racing and i feel sick reading this", "chest"),
        ("heart racing since i looked at it and my chest is tight", "chest"),
        ("i think my moms having one of them strokes", "stroke_signs"),
        ("shes having one of those stroke things", "stroke_signs"),
        ("mums doing one of her strokes again", "stroke_signs"),
        ("pretty sure i got a clot in my lung", "trouble_breathing"),
        ("so much blood!!", "heavy_bleeding"),
        ("no theres too much blood", "heavy_bleeding"),
        ("no im not ok theres so much blood", "heavy_bleeding"),
        ("baby is limp", "fainting"),
        ("my babys floppy", "fainting"),
        ("gonna jump", "suicide"),
        ("please hurry hes grey", "asks_for_help"),
        ("pls hurry", "asks_for_help"),
        ("somebody help", "asks_for_help"),
        ("what if the bleeding doesnt stop, im on my third towel", "heavy_bleeding"),
        ("what if i cant breathe its getting worse", "trouble_breathing"),
        ("will my throat swell up more its tight now", "anaphylaxis"),
        ("am i gonna die", "asks_for_help"),
        ("what if i stop breathing in the car on the way home im wheezing", "trouble_breathing"),
        ("could i be having a reaction from this, my lips are swelling", "anaphylaxis"),
        ("could i pass out from this, i already did once", "fainting"),
        ("will i stop breathing from this and my chest is tight", "trouble_breathing"),
        ("could this be from it my throat is swelling up", "anaphylaxis"),
        ("what if my face swells up and i cant swallow", "anaphylaxis"),
        ("am i gonna die my heart is racing", "chest"),
        ("can i die from this i cant breathe", "trouble_breathing"),
        ("is there a chance its a clot, calf is hot n swollen", "swollen_hot_leg"),
        ("should i call 911 if i cant breathe", "trouble_breathing"),
        ("i shot myself in the foot and its bleeding", "suicide"),
    ],
)
def test_what_a_reader_s_emergencies_said_is_found(
    red_flags: RedFlags, text: str, flag: str
) -> None:
    found = red_flags.check(text)
    assert found is not None
    assert (found.level, found.id) == ("emergency", flag)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("the red patch keeps creeping, no fever", "redness_alone"),
        ("injection spot is red, hot and swollen and the red is spreading", "redness_alone"),
        ("her leg has a red patch that's spreading, she doesnt have fever", "redness_alone"),
        ("Low grade fever 3 days after. Is that expected?", "fever_after"),
        ("me duele la pantorrilla desde el tratamiento", "calf_pain"),
    ],
)
def test_what_a_reader_s_concerns_said_is_for_the_same_day(
    red_flags: RedFlags, text: str, flag: str
) -> None:
    found = red_flags.check(text)
    assert found is not None
    assert (found.level, found.id) == ("same_day", flag)


@pytest.mark.parametrize(
    "text",
    [
        "redness is goin up my leg from where they did it",
        "redness going up my leg",
        "the fever went and the red is going up past my knee",
    ],
)
def test_what_goes_up_the_leg_is_not_gone(red_flags: RedFlags, text: str) -> None:
    assert _level(red_flags, text) == "emergency"


@pytest.mark.parametrize("text", ["its yellow now", "an a bit yellow now", "gone green"])
def test_a_bruise_that_fades_is_told_as_a_side_effect(red_flags: RedFlags, text: str) -> None:
    assert red_flags.examine(text).means == "side_effects"


@pytest.mark.parametrize("text", ["my eyes are yellow now", "the sore is yellow now"])
def test_what_turns_yellow_otherwise_is_no_bruise(red_flags: RedFlags, text: str) -> None:
    assert red_flags.examine(text).means is None


def test_what_has_gone_is_no_alarm(red_flags: RedFlags) -> None:
    assert red_flags.check("the redness has gone") is None


@pytest.mark.parametrize("text", ["breathing is not fine", "my breathing isnt normal"])
def test_breathing_that_is_not_fine_is_excused_by_nothing(red_flags: RedFlags, text: str) -> None:
    assert red_flags.examine(text).lookalike is None


@pytest.mark.parametrize(
    "text",
    [
        "I laughed so hard I couldn't breathe at your tiktok. do you do men too?",
        "heart's racing just thinking about the needles haha",
        "so does it fit now",
        "overdosed on pumpkin pie lol",
        "will my legs turn purple",
        "cramp in both calves since the injections",
        "am i gonna die from this",
        "can the skin break open where they stuck u",
        "is there a chance of a scab or a hole in my leg",
        "can it leave an open wound",
        "lost my sister to suicide last month, cant make my appt",
        "lost my brother to an overdose this yr, so im late with my forms",
        "will i stop breathing or anything",
        "what if i cant breathe during it",
        "could i pass out during it",
        "will my throat swell up",
        "what if my face swells up",
        "will i have a seizure from it",
        "im terrified i wont wake up",
        "what if the bleeding doesnt stop",
        "do i need to call 911 if it bleeds",
        "should i call 911 if i get hives",
        "shot myself in the foot by booking the wrong day can i move it",
        "i was out cold asleep when u called, call me back pls",
        "i was passed out on the couch when u rang, can someone ring me again",
        "gonna faint if u say its more than 500",
        "my dog had a seizure last week so i missed my call with you",
        "watched a movie where a guy dies of an overdose on the table lol is this safe",
        "in a movie a lady stopped breathing after a shot, is it safe",
        "my mother in law almost bled to death giving birth lol unrelated, how long is it",
        "no hurry",
        "does so much blood scare you",
        "my heart is racing just reading this lol",
        "thats fine ive had worse blisters",
        "she did have a clot in her leg in 98 i just remembered",
        "the sore has scabbed over an shrunk",
        "would it be better if i go in the winter",
        "will it hurt if i go running",
        "who will look after my dog when i go in",
        "how long will i be gone for, a few minutes",
        "my dogs having a fit next door lol",
        "my feet are always freezing",
    ],
)
def test_what_a_reader_s_harmless_ones_said_is_no_alarm(red_flags: RedFlags, text: str) -> None:
    assert red_flags.check(text) is None

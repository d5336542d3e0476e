"""Plans a turn: which responses and actions answer a message, in which order.

Pure functions of a `Turn`; `AnswerPolicy` walks through the plan one action at a time. What is
not planned here (the screening form's own steps) is left to Rasa's RulePolicy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.screening import LONG_PAUSE, OFFER_TO_GO_ON
from assistant.dialogue import after_an_emergency
from assistant.dialogue.follow_ups import points_back, resolve
from assistant.dialogue.turn import OUTCOME, SCREENING_FORM, Asked, Turn

LISTEN = "action_listen"
DEACTIVATE = "action_deactivate_loop"

# Intents that are answered by the response of their name, and are no question of substance.
_SOCIAL = ("greet", "thanks", "goodbye", "affirm", "deny", "unsure")
# In the middle of a screening these are no question of their own: the form reads them.
_NO_DIGRESSION = (*_SOCIAL, "screening", "off_topic", "injection", "repeat", "stop")
# "Continue", alone, looks like "stop" to the classifier; after the offer its words decide.
_GOES_ON = re.compile(r"\b(?:go (?:on|ahead)|continue|carry on|keep going|resume|proceed)\b", re.I)
_NEGATES = re.compile(r"\b(?:no|not|never|stop|\w+n['\u2019]?t)\b", re.I)
# Criteria that ask for what was once: their answers sound like emergencies.
_HISTORY = ("dvt_history", "other_vascular")
_SUSPICION = "classifier"  # a red flag that no phrase stands for
_OUTCOME_SAID = "utter_screening_outcome_"
_CLOSED = "utter_screening_closed"
# After an outcome: NLU takes "can I do it again?" for a question about veins that come back.
_DO_IT_AGAIN = re.compile(
    r"\b(?:do|try|take|repeat|go through) (?:it|this|that|(?:the|those|these) \w+)\b"
    r".*\b(?:again|over|anew|once more|one more time)\b|\bredo (?:it|this|that|the)\b",
    re.I,
)
_VERDICT = re.compile(
    r"\b(?:is it|is that|is this|it['\u2019]?s|that['\u2019]?s) an? (?:yes|no)\b", re.I
)


def plan(
    turn: Turn, text: str, explained: Mapping[str, tuple[str, ...]] | None = None
) -> list[str] | None:
    """Plans the actions that answer the turn's message.

    Args:
        turn: The message and what stood before it, as of the moment it came.
        text: The message.
        explained: Criteria to the words whose meaning the screening itself explains.

    Returns:
        Names of the actions in order, the last one `action_listen` or an action after which
        the form goes on by itself; None where the turn is the form's alone.
    """
    planned = _plan(turn, text, explained or {})
    if not turn.first or planned is None or _introduces(planned):
        return planned
    return ["utter_disclosure", *planned]


def _introduces(planned: list[str]) -> bool:
    """Whether a reply needs no disclosure: a greeting holds it, an emergency leaves it out."""
    return "utter_greet" in planned or planned[0].startswith("utter_emergency")


def _plan(turn: Turn, text: str, explained: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    flag = turn.parse.get("red_flag")
    if flag and flag["flag"] == _SUSPICION and _tells_the_history_asked(turn):
        flag = None
    if flag and flag["level"] == "emergency":
        return _emergency(turn, flag["flag"])
    if flag:
        return ["utter_same_day", *_back_to_screening(turn), LISTEN]
    if turn.parse.get("language", "en") != "en":
        return [_other_language(turn), *_back_to_screening(turn), LISTEN]
    if after_an_emergency.withdraws(turn, text):
        return [after_an_emergency.DENIED, LISTEN]
    if after_an_emergency.goes_on(turn, text):
        crisis = after_an_emergency.CRISIS
        response = crisis if crisis in turn.previous_responses else "utter_emergency_still"
        return _alarm(turn, response)
    if turn.screening_open:
        words = explained.get(turn.open_question or "", ())
        return _during_screening(turn, text, words)
    if turn.owed:
        return _tell_what_is_owed(turn, text)
    return _answers(turn, resolve(turn, text), text)


def _tell_what_is_owed(turn: Turn, text: str) -> list[str]:
    """Tells the outcome that a fault kept back, after what else the message asks.

    The message is usually the screening's last answer, sent again: the form has it already. One
    that says otherwise begins it anew, for the outcome would be that of the old answers.
    """
    told = {**(turn.parse.get("statements") or {}), **turn.choice}
    if turn.intent == "restart_screening" or any(
        turn.answers.get(criterion, answer) != answer for criterion, answer in told.items()
    ):
        return [SCREENING_FORM]
    mere_answer = _answers_screening(turn) and not turn.parse.get("question")
    asked = [] if mere_answer else _beside_the_screening(turn, text)
    return [*_responses(asked), OUTCOME, LISTEN]


def _tells_the_history_asked(turn: Turn) -> bool:
    """Whether the screening gets the history it asked for, or a past illness as a correction.

    The classifier takes it for now. Only it is overruled by this, never the red-flag phrases.
    """
    told = turn.parse.get("statements") or {}
    corrected = (turn.screening_open or turn.owed) and "yes" in (
        told.get(each) for each in _HISTORY
    )
    return corrected or (turn.open_question in _HISTORY and turn.open_question in told)


def _other_language(turn: Turn) -> str:
    return "utter_language_es" if turn.parse["language"] == "es" else "utter_language_other"


def _emergency(turn: Turn, flag: str) -> list[str]:
    if flag == "suicide":
        response = after_an_emergency.CRISIS
    elif turn.parse.get("language") == "es":
        response = "utter_emergency_es"
    elif "emergency" in turn.previous_kinds:
        response = "utter_emergency_again"
    else:
        response = "utter_emergency"
    return _alarm(turn, response)


def _alarm(turn: Turn, response: str) -> list[str]:
    """An emergency's line, which ends a screening."""
    return [response, *([DEACTIVATE] if turn.screening_open else []), LISTEN]


def _during_screening(turn: Turn, text: str, explained: tuple[str, ...]) -> list[str] | None:
    offered = OFFER_TO_GO_ON in turn.previous_responses
    # "Continue" alone is easily taken for its opposite.
    if (offered or turn.intent == "stop") and _says_to_go_on(text):
        return [_open_question(turn), LISTEN]
    if turn.intent == "repeat" and not _answers_screening(turn):
        return [*_back_to_screening(turn), LISTEN]
    leaves = _leaves_the_screening(turn)
    if leaves:
        return leaves
    asks_meaning = any(word in text.lower() for word in explained)
    if offered:
        return _after_the_offer(turn, text, asks_meaning)
    if turn.pause > LONG_PAUSE:
        return _after_the_pause(turn, text, asks_meaning)
    if _answers_screening(turn) or asks_meaning:
        return None
    asked = _asked_in_between(turn, text)
    return [*_responses(asked), *_back_to_screening(turn), LISTEN] if asked else None


def _leaves_the_screening(turn: Turn) -> list[str]:
    """What ends the screening, or begins it anew, whenever it is said; empty otherwise."""
    if turn.intent == "stop":
        return _stopped()
    if turn.intent == "restart_screening":
        return [DEACTIVATE, SCREENING_FORM]
    if turn.intent == "handoff":
        return [DEACTIVATE, "utter_handoff", _CLOSED, LISTEN]
    # "I hate my veins" sounds like one, and is an answer.
    if turn.intent == "complaint" and not _answers_screening(turn):
        return [DEACTIVATE, "utter_complaint", _CLOSED, LISTEN]
    return []


def _stopped() -> list[str]:
    return [OUTCOME, DEACTIVATE, LISTEN]


def _after_the_pause(turn: Turn, text: str, asks_meaning: bool) -> list[str] | None:
    """The first message after a long pause: whatever might be an answer is not stored.

    Who comes back the next day may not have the open question in mind: "no" may be about
    anything. What can't be mistaken for its answer is served as at any other time.
    """
    told = set(turn.parse.get("statements") or ()) - {turn.open_question}
    if told:
        return None  # "actually I did have a clot" corrects what was said; it must not be lost
    if turn.intent == "answer":
        return ["utter_choice_expired", *_back_to_screening(turn), LISTEN]
    responses = _responses(_asked_in_between(turn, text))
    if asks_meaning and _is_a_question(turn):
        responses = [f"utter_screening_explain_{turn.open_question}"]
    return [*responses, *_back_to_screening(turn), LISTEN]


def _after_the_offer(turn: Turn, text: str, asks_meaning: bool) -> list[str] | None:
    """The reply to "Shall we go on, or start again?".

    Yes and no are about that, never about the open question: the form doesn't see them, and
    beside a statement it leaves them out (`actions/validate_screening_form.py`).
    """
    told = turn.intent == "answer" or turn.parse.get("statements") or turn.parse.get("mentions")
    if told or asks_meaning:
        return None
    asked = _asked_in_between(turn, text)
    if asked:
        return [*_responses(asked), *_back_to_screening(turn), LISTEN]
    if turn.polarity == "no" or turn.intent in ("deny", "goodbye"):
        return _stopped()
    if turn.polarity == "unsure" or turn.intent == "unsure":
        return [*_back_to_screening(turn), LISTEN]
    # "Go on" in whatever words: asking the question again stores nothing.
    return [_open_question(turn), LISTEN]


def _says_to_go_on(text: str) -> bool:
    return bool(_GOES_ON.search(text)) and not _NEGATES.search(text) and len(text.split()) <= 5


def _asked_in_between(turn: Turn, text: str) -> list[Asked]:
    """What a message in the screening asks that isn't the screening's own business."""
    if not _is_a_question(turn):
        return []
    return _beside_the_screening(turn, text)


def _beside_the_screening(turn: Turn, text: str) -> list[Asked]:
    return [each for each in resolve(turn, text) if each.topic not in _NO_DIGRESSION]


def _answers_screening(turn: Turn) -> bool:
    return bool(
        turn.intent == "answer"
        or turn.parse.get("statements")
        or turn.parse.get("mentions")
        or turn.polarity
    )


def _is_a_question(turn: Turn) -> bool:
    # A message that came without NLU (a choice) asks what it names.
    return bool(turn.parse.get("question", True))


def _back_to_screening(turn: Turn) -> list[str]:
    """Takes the screening up again: by its open question, or after a pause by an offer."""
    if turn.owed:
        return [OUTCOME]
    if not turn.open_question:
        return []
    if turn.pause > LONG_PAUSE or OFFER_TO_GO_ON in turn.previous_responses:
        return [OFFER_TO_GO_ON]
    return [_open_question(turn)]


def _open_question(turn: Turn) -> str:
    """The open question by its response: the form would call the action server."""
    return f"utter_ask_{SCREENING_FORM}_{turn.open_question}"


def _answers(turn: Turn, asked: tuple[Asked, ...], text: str) -> list[str]:
    topics = [each.topic for each in asked]
    if _outcome_told(turn) and _DO_IT_AGAIN.search(text) and points_back(text):
        return [SCREENING_FORM]
    if _asks_for_a_verdict(turn, topics, text):
        return ["utter_consultation", LISTEN]
    if "answer" in (turn.intent or ""):
        return ["utter_choice_expired", LISTEN]
    if _offered_screening(turn) and _takes_up_the_offer(turn, topics):
        return [SCREENING_FORM]
    if not asked and _tells_of_illness(turn):
        return [SCREENING_FORM]
    if not asked:
        return _not_understood(turn)
    if "repeat" in topics:
        return _repeat(turn)
    substance = [each for each in asked if each.topic not in _SOCIAL]
    responses = _responses(substance or list(asked))
    if not turn.first and "utter_greet" in responses:
        responses[responses.index("utter_greet")] = "utter_greet_again"
    over = _outcome_told(turn) or _CLOSED in turn.previous_responses
    if "screening" in topics or ("restart_screening" in topics and over):
        return [*responses, SCREENING_FORM]
    if "restart_screening" in topics:
        return ["utter_start_again", LISTEN]
    return [*responses, LISTEN]


def _responses(asked: list[Asked]) -> list[str]:
    """The responses for what is asked, each once, in order; the form speaks for itself."""
    names: list[str] = []
    for each in asked:
        name = f"utter_{each.topic}"
        if each.topic not in ("screening", "restart_screening") and (
            name not in names or each.subject
        ):
            names.append(name)
    return names


def _tells_of_illness(turn: Turn) -> bool:
    """Whether somebody tells of a clot or the like, in words that aren't understood otherwise.

    Who tells of it here wants to know what it means for the treatment.
    """
    return any(criterion in (turn.parse.get("statements") or {}) for criterion in _HISTORY)


def _not_understood(turn: Turn) -> list[str]:
    return ["utter_fallback_again" if turn.misses else "utter_fallback", LISTEN]


def _repeat(turn: Turn) -> list[str]:
    again = [name for name in turn.previous_responses if name.startswith("utter_")]
    return [*(again or ["utter_nothing_to_repeat"]), LISTEN]


def _asks_for_a_verdict(turn: Turn, topics: list[str], text: str) -> bool:
    """Whether the message asks on about the outcome just told: "so is that a no?".

    "No, that's all" and "ok" point back as well, and ask nothing.
    """
    if not _outcome_told(turn) or not points_back(text):
        return False
    about_it = not topics or topics[0] in ("screening", "candidacy", "deny", "affirm")
    return bool(_VERDICT.search(text)) or (about_it and bool(turn.parse.get("question")))


def _outcome_told(turn: Turn) -> bool:
    return any(name.startswith(_OUTCOME_SAID) for name in turn.previous_responses)


def _offered_screening(turn: Turn) -> bool:
    return "utter_candidacy" in turn.previous_responses


def _takes_up_the_offer(turn: Turn, topics: list[str]) -> bool:
    """Whether the patient says yes to it, or begins to tell about themself."""
    return "affirm" in topics or bool(turn.parse.get("statements") or turn.polarity == "yes")

"""The short dialogue by which a call-back is asked for on the text line.

It is the channel's own: what is said in it, a name and a number, never reaches Rasa or the
conversation's store.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from assistant.channels.callbacks import BadRequest, CallbackRequest, read_name, read_phone

OFFER = "callback"
_ANSWER = "callback.answer."
_LIFE = 3600.0  # seconds after which an unfinished dialogue is forgotten
_PATIENCE = 2  # answers in a row that don't fit, after which the dialogue ends

Dialogue = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """What comes next.

    Attributes:
        response: Name of the response to say; None where the message isn't the dialogue's.
        dialogue: The dialogue's new state, or None where it is over.
        request: The request, when it is complete.
    """

    response: str | None
    dialogue: Dialogue | None = None
    request: CallbackRequest | None = None


def begin() -> Step:
    """Opens the dialogue."""
    return Step("utter_ask_callback_name", {"asks": "name", "misses": 0, "since": time.time()})


def is_open(dialogue: Dialogue | None) -> bool:
    """Whether a dialogue is still going on.

    Args:
        dialogue: Its state.

    Returns:
        False where there is none, or it was left lying too long.
    """
    return dialogue is not None and time.time() - float(dialogue["since"]) < _LIFE


def step(dialogue: Dialogue, text: str, choice: str | None, phone: str, country: str) -> Step:
    """Takes an answer.

    Args:
        dialogue: The state before it.
        text: The cleaned message.
        choice: The choice that it picks, if any.
        phone: The number that the patient writes from, in E.164.
        country: The clinic's country.

    Returns:
        The next step.
    """
    answer = choice[len(_ANSWER) :] if choice and choice.startswith(_ANSWER) else None
    if answer == "leave":
        return Step("utter_callback_left")
    if choice and answer is None:
        return Step(None)  # another turn's choice
    try:
        return _next(dialogue, text, answer, phone, country)
    except BadRequest:
        return _again(dialogue, text)


def _next(dialogue: Dialogue, text: str, answer: str | None, phone: str, country: str) -> Step:
    given = {**dialogue, "misses": 0, "since": time.time()}
    match dialogue["asks"]:
        case "name":
            if "?" in text or len(text.split()) > 5:
                raise BadRequest("name", "a name is short")
            given.update(name=read_name(text), asks="phone")
            return Step("utter_ask_callback_phone", given)
        case "phone":
            given.update(phone=phone if answer == "same" else read_phone(text, country))
            given.update(asks="time")
            return Step("utter_ask_callback_time", given)
        case "time":
            time_said = answer or text.lower().strip(" .!")
            given.update(best_time=_best_time(time_said), asks="consent")
            return Step("utter_ask_callback_consent", given)
        case _:
            if answer != "yes" and text.lower().strip(" .!") not in ("yes", "y", "ok", "i agree"):
                raise BadRequest("consent", "consent must be given")
            request = CallbackRequest(given["name"], given["phone"], given["best_time"])
            return Step("utter_callback_taken", None, request)


def _best_time(said: str) -> str:
    for best_time in ("morning", "afternoon", "any"):
        if best_time in said:
            return best_time
    raise BadRequest("best_time", "a time of the list")


def _again(dialogue: Dialogue, text: str) -> Step:
    """Asks once more; a question, or a second answer that doesn't fit, ends the dialogue."""
    if text.lower().strip(" .!") in ("no", "n", "no thanks"):
        return Step("utter_callback_left")
    if "?" in text or dialogue["misses"] + 1 >= _PATIENCE:
        return Step(None)
    again = "_again" if dialogue["asks"] == "phone" else ""
    response = f"utter_ask_callback_{dialogue['asks']}{again}"
    return Step(response, {**dialogue, "misses": dialogue["misses"] + 1})

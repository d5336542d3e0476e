"""The turns behind an alarm: whoever goes on about it must not read that it's usual.

"Is that normal?", "can it wait til monday", "yes", "still hurts" are about what has just been told,
and an answer on usual side effects would take the alarm back. So the line is repeated, with the way
out of a false alarm, until it is withdrawn or something else is asked. The line of a concern for
the same day is repeated where its words or its topic are taken up.
"""

from __future__ import annotations

import re

from assistant.dialogue.follow_ups import points_back, presses
from assistant.dialogue.turn import Asked, Turn, tells_of_another

CRISIS = "utter_emergency_crisis"
SAME_DAY = "utter_same_day"
DENIED = "utter_denied_emergency"
DENIED_CRISIS = "utter_denied_crisis"

_FALSE_ALARM = re.compile(
    r"\b(?:false alarm|(?:was|just|only) (?:a joke|joking|kidding)|just (?:asking|curious)"
    r"|hypothetical\w*|no emerg\w+(?! (?:room|service|dep)))\b",
    re.IGNORECASE,
)
_WITHDRAWS = re.compile(
    r"\b(?:not (?:an|having an|any) emergency|never said|didn['’]?t mean"
    r"|never ?mind|stand down|wrong (?:chat|person|number)|it['’]?s nothing"
    r"|(?:it|that|this) was (?:\w+ ){0,4}(?:years ago|months ago|last year|back then)"
    r"|not me)\b",
    re.IGNORECASE,
)
# Pills that were taken aren't undone by this, nor is a wish to die.
_IS_FINE = re.compile(r"\bi['’]?m (?:all )?(?:fine|ok|okay|alright|good)\b", re.IGNORECASE)
# What has passed withdraws nothing: a stroke that passes is one.
_HAS_PASSED = re.compile(
    r"\b(?:it|they|that|this|pain)(?:['’]?s| has| have)? (?:just |all )?"
    r"(?:went (?:away|down)|gone|stopped|passed)\b"
    r"|\bi['’]?m (?:all )?(?:fine|ok|okay|alright|good),? (?:right )?(?:now|at the moment)\b",
    re.IGNORECASE,
)
# Behind a withdrawal: it wasn't one.
_TAKES_BACK = re.compile(
    r"\b(?:lied|(?:not|wasn['’]?t) (?:really|joking|kidding|fine|ok|okay|alright|true)"
    r"|(?:it|they) (?:does|do|really)(?! not)|still(?! (?:want|like|need|wonder|curious))"
    r"|(?:it['’]?s|it is|has come|came|comes?) back|back again|(?:it['’]?s|getting|got) worse)\b",
    re.IGNORECASE,
)
# A "no" that denies no emergency: it goes on, or it is somebody else's.
_GOES_ON_BADLY = re.compile(
    r"\b(?:worse|(?<!need )(?<!any )help|(?<!n['\u2019]t )(?<!nt )(?<!not )hurts?|more and more"
    r"|not (?:yet|better)|not (?:that|so|too) bad|still|won['\u2019]?t call|wife|husband"
    r"|partner|mum|mom|mother|dad|father|son|daughter|sister|brother|friend|gran\w*|nan)\b",
    re.IGNORECASE,
)
# What makes an emergency of a concern for the same day.
_TEMPERATURE = re.compile(
    r"^\W*(?:(?:its|it['’]?s|temp(?:erature)?(?: is)?|fever)\W+)*(?:3[89]|4[0-2]|10[0-8])"
    r"(?:[.,]\d)?\s*(?:°|degrees?)?\s*[cf]?\W*$",
    re.IGNORECASE,
)
_FEVER = re.compile(
    r"(?<!no )(?<!not )(?<!any )\b(?:fever\w*|shiver\w*|chills|high temperature)\b",
    re.IGNORECASE,
)
# Without a fever it is still one for the same day.
_NO_FEVER = re.compile(r"\b(?:no|not|any) (?:fever|shiver|chills|temp|high temp)", re.IGNORECASE)
# What takes up a concern for the same day.
_WORRIES = re.compile(
    r"\b(?:should i worry|worried|i['’]?m worr\w+|worse|spreading|sw[eo]ll?[eio]n\w*"
    r"|put (?:\w+ ){0,3}on (?:it|that)|just one side"
    r"|(?:sh(?:ou|u)l?d|shall) i (?:come|go|call|see|tell|wait)"
    r"|who (?:do|should) i (?:call|tell|see)"
    r"|is (?:that|this|it) (?:normal|serious|bad|ok(?:ay)?|dangerous)|still hurts?"
    r"|can (?:it|this) wait|(?:ok(?:ay)?|fine|safe|alright) (?:to wait|till?|until)\b"
    r"|^\W*(?:just|only) (?:when|if|at)\b"
    r"|(?:do i|should i|i) (?:need|see) (?:an? |the )?(?:er|doctor)"
    r"|do i need (?:antibiotics|medicine|a? ?dressing|stitches)"
    r"|i['’]?ll (?:just )?(?:wait|leave it)"
    r"|does (?:it|that|this) matter|(?:the|to|an?) (?:er|hospital)\b"
    r"|do i (?:have|need) to (?:call|come|see))\b"
    r"|\bwhat (?:should|shud|do|can) i do(?: now)?\W*$"
    r"|^\W*(?:(?:and|so) )?how long(?: for| (?:will|does) (?:it|this|that) last)?\W*$",
    re.IGNORECASE,
)
# Putting it off, and asking what to do.
_ABOUT_IT = re.compile(
    r"\b(?:wait|until|till?|tomorrow|later|first|instead|(?:do|should|can|must) (?:i|we) do"
    r"|should (?:i|we) (?:take|call|go|give|lie|sit)|(?:the|an?|to) (?:er|hospital)"
    r"|hospitals?|emergency room|ambulance|urgent care|lie (?:down|back)"
    r"|drive (?:myself|there|him|her)"
    r"|nerves|anxiety|panic|antihistamine|aspirin|benadryl|epipen|inhaler|911)\b",
    re.IGNORECASE,
)
# How somebody is by now, or asks to be.
_HOW_IT_IS = re.compile(
    r"\b(?:awake|breathing|conscious|came (?:to|round)|woke|fainted|worse"
    r"|(?:am|is|will) (?:i|she|he) (?:going to )?(?:be )?(?:ok|okay|fine|alright|die|dying)"
    r"|i['’]?m (?:ok|okay|fine|alright))\b",
    re.IGNORECASE,
)
_COURTEOUS = re.compile(
    r"\b(?:thank\w*|thx|tnx|ty|ta|cheers|merci|gracias|danke|bye\w*|goodbye|good ?night"
    r"|see (?:you|ya))\b",
    re.IGNORECASE,
)
# What a question about one's own state is taken for.
_OWN_STATE = frozenset(("side_effects", "side_effect_duration", "aftercare", "safety"))
# The same, where it points back to what was told.
_HOW_IT_GOES_ON = frozenset(
    ("duration", "permanence", "results_timeline", "recovery", "how_it_works")
)
_POINTED_AT = _HOW_IT_GOES_ON | {"what_is", "procedure_steps"}
_THIS = re.compile(r"\b(?:it|its|it['’]s|that|this)\b", re.IGNORECASE)
# Statements and short words that are another matter.
_ANOTHER_MATTER = frozenset(
    ("thanks", "goodbye", "handoff", "candidacy", "screening", "not_covered", "injection")
)
# The same behind a concern for the same day.
_NOT_THE_CONCERN = _ANOTHER_MATTER - {"not_covered"} | {"affirm", "deny", "greet", "complaint"}
# What asks nothing by itself: behind an alarm it is about that.
_ASKS_NOTHING = frozenset(
    ("affirm", "deny", "unsure", "greet", "bot_challenge", "repeat", "off_topic", "help", "stop")
)
# What somebody may ask who is in no danger after all; other subjects are about the alarm.
_OTHER_SUBJECTS = frozenset(
    ("price", "payment_plan", "gift_voucher", "jobs", "reviews", "before_after_photos")
)


def withdraws(turn: Turn, text: str) -> bool:
    """Tells whether a message behind an emergency's line says that there is none.

    Args:
        turn: The turn, with what NLU found and what was answered before.
        text: The message.

    Returns:
        True for the likes of "no, I don't have any" and "false alarm".
    """
    if "emergency" not in turn.previous_kinds or _TAKES_BACK.search(text):
        return False
    if _FALSE_ALARM.search(text):
        return True
    # "So I'm fine then?" asks for an all-clear and gives none.
    asks = turn.parse.get("question") and turn.polarity != "no"
    if asks or _GOES_ON_BADLY.search(text) or _HAS_PASSED.search(text):
        return False
    is_fine = _IS_FINE.search(text) and CRISIS not in turn.previous_responses
    return turn.polarity == "no" or bool(is_fine or _WITHDRAWS.search(text))


def asked_beside(turn: Turn, text: str) -> list[Asked]:
    """What is asked beside "no emergency", and isn't about the alarm.

    Args:
        turn: The turn that withdraws an emergency.
        text: The message.

    Returns:
        What is asked, in order.
    """
    if not (_FALSE_ALARM.search(text) and turn.parse.get("question")):
        return []
    about_it = _OWN_STATE | _HOW_IT_GOES_ON | _ASKS_NOTHING
    return [each for each in turn.asked if each.topic not in about_it]


def denied(turn: Turn) -> str:
    """The response to a withdrawal.

    Args:
        turn: The turn that withdraws an emergency.

    Returns:
        Its name; behind words about dying it names the crisis line once more.
    """
    return DENIED_CRISIS if CRISIS in turn.previous_responses else DENIED


def line_of(turn: Turn) -> str:
    """The line behind an emergency for a message in another language, whatever it says.

    Args:
        turn: The turn, with what NLU found and what was answered before.

    Returns:
        The response's name.
    """
    if {CRISIS, DENIED_CRISIS} & {*turn.previous_responses}:
        return CRISIS
    return "utter_emergency_es" if turn.parse["language"] == "es" else "utter_emergency_still"


def line_again(turn: Turn, text: str) -> str | None:
    """Tells which line a message brings again that is still about the alarm.

    Args:
        turn: The turn, with what NLU found and what was answered before.
        text: The message.

    Returns:
        The response, for what isn't clearly another matter, for a withdrawal that is taken back,
        and for a fever behind a concern for the same day; None where the message is another one.
    """
    if turn.intent == "answer" or "topics" not in turn.parse:
        return None  # a choice was pressed
    crisis = {CRISIS, DENIED_CRISIS} & {*turn.previous_responses}
    line = CRISIS if crisis else "utter_emergency_still"
    if {DENIED, DENIED_CRISIS} & {*turn.previous_responses}:
        taken_back = _TAKES_BACK.search(text) and not turn.parse.get("question")
        return line if taken_back else None
    if "same_day" in turn.previous_kinds and _NO_FEVER.search(text) and not turn.screening_open:
        return SAME_DAY
    if "same_day" in turn.previous_kinds and turn.polarity != "no":
        # In the screening a bare number may be an age.
        measured = _TEMPERATURE.match(text) and not turn.screening_open
        if measured or _FEVER.search(text):
            return line
        return SAME_DAY if _takes_up_a_concern(turn, text) else None
    if "emergency" not in turn.previous_kinds:
        return None
    return line if _goes_on(turn, text) else None


def _goes_on(turn: Turn, text: str) -> bool:
    topics = {each.topic for each in turn.asked}
    if not _COURTEOUS.search(text):
        topics -= {"thanks", "goodbye"}  # "she's awake again" looks like one
    if tells_of_another(turn) and not turn.parse.get("question"):
        return True
    instead = any(each.subject and each.subject not in _OTHER_SUBJECTS for each in turn.asked)
    if instead or _HOW_IT_IS.search(text) or _ABOUT_IT.search(text):
        return True
    if CRISIS in turn.previous_responses or not turn.parse.get("question"):
        return not topics & _ANOTHER_MATTER
    if topics <= _OWN_STATE | _ASKS_NOTHING:
        return True
    return topics <= _POINTED_AT and points_back(text)


def _takes_up_a_concern(turn: Turn, text: str) -> bool:
    if turn.screening_open and (turn.polarity or turn.statements):
        return False
    topics = {each.topic for each in turn.asked}
    asks = turn.parse.get("question")
    if topics & {"thanks", "goodbye", "handoff"} or (asks and len(topics) > 1):
        return False
    if topics & {"side_effects", "side_effect_duration"} or _WORRIES.search(text) or presses(text):
        return True
    if not asks and not turn.screening_open:
        # "It doesn't hurt though", "it's saturday": told, and still for today.
        instead = any(each.subject in _OTHER_SUBJECTS for each in turn.asked)
        return not (instead or topics & _NOT_THE_CONCERN)
    if topics <= _OWN_STATE | _POINTED_AT and _THIS.search(text):
        return not turn.screening_open or bool(topics)
    return bool(topics) and topics <= _POINTED_AT and points_back(text)

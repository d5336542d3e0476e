"""A conversation as Rasa leads it: its own FormAction and RemoteAction against the action server.

In place of the model stand the parses that a test writes down; the policy is the little that
the screening needs of it: the form runs with each message, and when it closes, the outcome.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa.core.actions.action import (
    Action,
    ActionBotResponse,
    ActionDeactivateLoop,
    RemoteAction,
)
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.dialogue.clinic_nlg import ClinicNLG

FORM = "screening_form"
OUTCOME = "action_screening_outcome"
LISTEN = "action_listen"


class ScreeningConversation:
    """One patient's screening."""

    def __init__(self, address: str, domain: Domain, nlg: ClinicNLG) -> None:
        """Begins a conversation in which nothing has been said.

        Args:
            address: The action server's webhook.
            domain: The assistant's domain.
            nlg: The assistant's wording.
        """
        self.domain = domain
        self.nlg = nlg
        self.endpoint = EndpointConfig(address)
        self.tracker = DialogueStateTracker.from_events("test", [], slots=domain.slots)
        self.last: list[BotUttered] = []

    def start(self, text: str = "", **parse: Any) -> list[str]:
        """Opens the form with a message; see `say`."""
        return self.say(text, intent="screening", **parse)

    def say(self, text: str = "", intent: str = "unsure", **parse: Any) -> list[str]:
        """Sends a message to the form.

        Args:
            text: The message.
            intent: Its intent.
            **parse: What else NLU found in it.

        Returns:
            Names of the responses, in order.
        """
        self.hear(text, intent, **parse)
        said = self.run(FormAction(FORM, self.endpoint))
        if self.tracker.active_loop_name is None:
            said += self.run(RemoteAction(OUTCOME, self.endpoint))
        return said

    def choose(self, criterion: str, answer: str) -> list[str]:
        """Sends a chosen button.

        Args:
            criterion: Criterion that the button answers.
            answer: Its answer.

        Returns:
            Names of the responses, in order.
        """
        return self.say(intent="answer", entities=[{"entity": criterion, "value": answer}])

    def stop(self) -> list[str]:
        """Says "stop": the policy asks for the outcome and closes the form."""
        self.hear("stop", "stop")
        return self.run(RemoteAction(OUTCOME, self.endpoint)) + self.run(ActionDeactivateLoop())

    def come_back(self) -> list[str]:
        """Lets a night pass and says hello: the policy offers to go on."""
        self.pause(40_000.0)
        self.hear("hello", "greet")
        return self.run(ActionBotResponse("utter_screening_resume"))

    def pause(self, seconds: float) -> None:
        """Ages everything that has happened so far."""
        self.tracker.update(ActionExecuted(LISTEN))
        for event in self.tracker.events:
            event.timestamp -= seconds

    def go_no_further(self) -> list[str]:
        """Says no to the offer: the policy asks for the outcome and closes the form."""
        self.hear("no thanks", "deny", polarity="no")
        return self.run(RemoteAction(OUTCOME, self.endpoint)) + self.run(ActionDeactivateLoop())

    def start_again(self) -> list[str]:
        """Says "start again": the policy closes the form and opens it anew."""
        self.hear("start again", "restart_screening")
        return self.run(ActionDeactivateLoop()) + self.run(FormAction(FORM, self.endpoint))

    def hear(self, text: str, intent: str, **parse: Any) -> None:
        """Puts a message into the conversation and answers nothing yet."""
        parse = {"text": text, "intent": {"name": intent}, "entities": [], **parse}
        if self.tracker.latest_action_name != LISTEN:
            self.tracker.update(ActionExecuted(LISTEN))
        self.tracker.update(UserUttered(text, parse["intent"], parse["entities"], parse_data=parse))

    def run(self, action: Action) -> list[str]:
        """Runs an action as Rasa's processor does.

        Args:
            action: The action.

        Returns:
            Names of the responses it gave, in order.
        """
        channel = CollectingOutputChannel()
        temporary = self.tracker.copy()
        events = asyncio.run(action.run(channel, self.nlg, temporary, self.domain))
        self.tracker.update(ActionExecuted(action.name()))
        self.tracker.update_with_events(events, self.domain)
        said = [event for event in events if isinstance(event, BotUttered)]
        self.last = said or self.last
        return [str(event.metadata["utter_action"]) for event in said]

    def answers(self) -> dict[str, str]:
        """The criteria that are answered."""
        criteria = self.domain.required_slots_for_form(FORM)
        return {each: value for each in criteria if (value := self.tracker.get_slot(each))}

    def asked(self) -> str | None:
        """The criterion that is asked just now."""
        value = self.tracker.get_slot("requested_slot")
        return str(value) if value else None

    def summary(self) -> dict[str, Any]:
        """The summary that the last screening left."""
        summary = self.tracker.get_slot("screening_summary")
        assert isinstance(summary, dict), "the screening has no summary"
        return summary

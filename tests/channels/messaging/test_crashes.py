"""Nothing is lost and nothing said twice while the server is killed and started again.

Webhooks come in any order, three in ten of them twice, from Twilio's queue: what isn't taken is
sent again. The server is killed with SIGKILL in the middle of the work.
"""

from __future__ import annotations

import os
import queue
import random
import signal
import threading
import time
import uuid
from dataclasses import dataclass

import httpx
import pytest

from assistant.launcher.model import fitting_model
from assistant.launcher.servers import Assistant, running_assistant
from assistant.settings import Settings
from tests.channels.messaging import twilio_service
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import wait_until_idle
from tests.channels.messaging.twilio_service import (
    ACCOUNT,
    SMS_NUMBER,
    TwilioService,
    signed,
)
from tests.conftest import UNLIMITED

pytestmark = pytest.mark.served

# What is asked, and what only its answer says.
_QUESTIONS = (("does it hurt?", "burning"), ("what is sclerotherapy?", "sclerosant"))
_SENDERS = 6
_PATIENCE = 1800.0  # seconds: how fast it goes is no matter here


@dataclass(frozen=True)
class _Webhook:
    phone: str
    text: str
    says: str
    sid: str

    @property
    def form(self) -> dict[str, str]:
        return {
            "MessageSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": self.phone,
            "To": SMS_NUMBER,
            "Body": self.text,
            "NumMedia": "0",
        }


def test_a_few_webhooks_survive_a_kill() -> None:
    _survive(webhooks=30, kills=1)


@pytest.mark.long
def test_a_thousand_webhooks_survive_ten_kills() -> None:
    _survive(webhooks=1000, kills=10)


def _survive(webhooks: int, kills: int) -> None:
    expected = [
        _Webhook(f"+1212555{number:04}", text, says, "SM" + uuid.uuid4().hex)
        for number in range(webhooks // len(_QUESTIONS))
        for text, says in _QUESTIONS
    ]
    chance = random.Random(webhooks)
    deliveries = expected + chance.sample(expected, int(0.3 * len(expected)))
    chance.shuffle(deliveries)
    with TwilioService() as twilio:
        environment = {
            **UNLIMITED,
            **twilio_service.ENVIRONMENT,
            "TWILIO_API_URL": twilio.url,
            "SEGMENTS_PER_DAY": "0",
        }
        with running_assistant(environment=environment) as assistant:
            received = _deliver_and_kill(assistant, twilio, deliveries, kills)
            wait_until(lambda: not _missing(twilio, expected), _PATIENCE)
            wait_until_idle(assistant)  # what would still be said twice
        lost = _missing(twilio, expected)
        twice = [each for each in expected if _answers(twilio, each) > 1]
    print(
        f"\nreceived {received}, of these redeliveries {len(deliveries) - len(expected)}; "
        f"answered {len(expected) - len(lost)}, duplicated {len(twice)}, lost {len(lost)}; "
        f"kills {kills}"
    )
    assert received == len(deliveries)
    assert not lost
    assert len(twice) <= kills


def _deliver_and_kill(
    assistant: Assistant, twilio: TwilioService, deliveries: list[_Webhook], kills: int
) -> int:
    """Hands all webhooks on, and kills the server each time some more answers are out."""
    waiting: queue.Queue[_Webhook] = queue.Queue()
    for each in deliveries:
        waiting.put(each)
    taken: list[_Webhook] = []
    senders = [
        threading.Thread(target=_send_all, args=(assistant.url, waiting, taken), daemon=True)
        for _ in range(_SENDERS)
    ]
    for sender in senders:
        sender.start()
    step = len(deliveries) / (kills + 1)
    for number in range(1, kills + 1):
        wait_until(lambda: len(twilio.sent) >= number * step, _PATIENCE)  # noqa: B023
        _kill_and_start(assistant)
    for sender in senders:
        sender.join(_PATIENCE)
    return len(taken)


def _send_all(url: str, waiting: queue.Queue[_Webhook], taken: list[_Webhook]) -> None:
    """Sends until the queue is empty; what the server didn't take is sent again."""
    while True:
        try:
            webhook = waiting.get_nowait()
        except queue.Empty:
            return
        while not _send(url, webhook):
            time.sleep(0.5)
        taken.append(webhook)


def _send(url: str, webhook: _Webhook) -> bool:
    try:
        answer = httpx.post(
            f"{url}/webhooks/twilio/webhook",
            data=webhook.form,
            headers=signed(webhook.form),
            timeout=15,  # as long as Twilio waits
        )
    except httpx.HTTPError:
        return False
    return answer.status_code == 204


def _kill_and_start(assistant: Assistant) -> None:
    assert assistant.rasa
    os.killpg(assistant.rasa.pid, signal.SIGKILL)
    assistant.rasa.wait()
    assistant.start_rasa(fitting_model(Settings.from_environment(assistant.environment)))
    assistant.wait_until_ready()


def _answers(twilio: TwilioService, webhook: _Webhook) -> int:
    return sum(webhook.says in text for text in twilio.texts_to(webhook.phone))


def _missing(twilio: TwilioService, expected: list[_Webhook]) -> list[_Webhook]:
    return [each for each in expected if not _answers(twilio, each)]

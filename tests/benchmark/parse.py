"""Times Rasa's NLU alone: python parse.py model.tar.gz texts.json; prints milliseconds as JSON.

Runs in the folder of a contender, whose components it loads.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, ".")

from rasa.core.agent import Agent


async def main() -> None:
    """Parses each text once, after a few to warm up."""
    model, texts = sys.argv[1:]
    agent = Agent.load(model)
    given = json.loads(Path(texts).read_text())
    times = []
    warming_up = given[:20]
    for text in [*warming_up, *given]:
        begun = time.perf_counter()
        await agent.parse_message(text)
        times.append(1000 * (time.perf_counter() - begun))
    print(json.dumps(times[len(warming_up) :]))


if __name__ == "__main__":
    asyncio.run(main())

"""Times Rasa's NLU alone: python parse.py model.tar.gz texts.json [lean]; prints JSON, in ms.

Runs in the folder of a contender, whose components it loads; `lean` runs Rasa as that contender's
own server does (assistant/launcher/lean_rasa.py).
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, ".")


async def main(model: str, texts: str) -> None:
    """Parses each text once, after a few to warm up.

    Args:
        model: The model's archive.
        texts: A JSON list of messages.
    """
    agent = importlib.import_module("rasa.core.agent").Agent.load(model)
    given = json.loads(Path(texts).read_text())
    times = []
    warming_up = given[:20]
    for text in [*warming_up, *given]:
        begun = time.perf_counter()
        await agent.parse_message(text)
        times.append(1000 * (time.perf_counter() - begun))
    print(json.dumps(times[len(warming_up) :]))


if __name__ == "__main__":
    model, texts, *how = sys.argv[1:]
    # As each contender's own server logs; without this structlog prints every debug line.
    importlib.import_module("rasa.utils.log_utils").configure_structlog(logging.WARNING)
    if how == ["lean"]:
        lean_rasa = importlib.import_module("assistant.launcher.lean_rasa")
        lean_rasa.leave_tensorflow_out()
        lean_rasa.run_graphs_plainly()
    asyncio.run(main(model, texts))

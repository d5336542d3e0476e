"""The action server stays small: it loads neither spaCy nor Rasa's server."""

from __future__ import annotations

import subprocess
import sys

from assistant.settings import PROJECT

_LOAD_ALL = """
import importlib, pkgutil, sys, actions
for module in pkgutil.iter_modules(actions.__path__, "actions."):
    importlib.import_module(module.name)
print(sorted({"spacy", "rasa", "tensorflow", "numpy", "sklearn"} & sys.modules.keys()))
"""


def test_the_actions_load_neither_spacy_nor_rasa_s_server() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD_ALL], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"

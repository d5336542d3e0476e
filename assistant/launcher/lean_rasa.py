"""Rasa's own command without TensorFlow: `python -m assistant.launcher.lean_rasa run …`.

Rasa imports TensorFlow with components that no pipeline of ours has; that takes 5 s of each start
and 400 MiB of each server (docs/decisions/serving-without-tensorflow.md). Here these components
find something of its names and nothing more: good enough to define their classes on, and an error
as soon as any of it is used. Training needs the real one: `rasa train`.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from abc import ABCMeta
from collections.abc import Sequence
from types import ModuleType
from typing import Any

LEAN_RASA = "assistant.launcher.lean_rasa"  # the module to run
_PACKAGES = frozenset(("keras", "tensorflow", "tensorflow_addons", "tensorflow_hub"))


class TensorFlowMissing(RuntimeError):
    """Something wanted to compute with TensorFlow, so it needs Rasa's command as it comes."""

    def __init__(self) -> None:
        super().__init__("TensorFlow isn't loaded in this process: use the plain `rasa` command")


class _Name(ABCMeta):
    """Type of all that is taken from the absent packages: classes can be derived from it."""

    imported = False  # whether Rasa's modules have all been read; from then on, a use is an error

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(name, (), {})

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if _Name.imported:
            raise TensorFlowMissing
        # As a decorator it leaves what it is given as it is.
        return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else cls

    def __len__(cls) -> int:
        return 0


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(name, (), {})


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the packages, and every module within them, as absent ones."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""


def leave_tensorflow_out() -> None:
    """Makes Rasa's modules find no TensorFlow, and imports those that look for it."""
    sys.meta_path.insert(0, _Absent())
    importlib.import_module("rasa.engine.recipes.default_components")

    _Name.imported = True


if __name__ == "__main__":
    leave_tensorflow_out()
    from rasa.__main__ import main

    sys.argv[0] = "rasa"
    main()

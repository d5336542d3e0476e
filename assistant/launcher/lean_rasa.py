"""Rasa's own command without what serving doesn't need: `python -m …launcher.lean_rasa run …`.

- TensorFlow: Rasa imports it with components that no pipeline of ours has, which takes seconds of
  each start and 350 MiB of each server. Here these components find something of its names and
  nothing more: good enough to define their classes on, and an error as soon as any of it is used.
- dask: it plans each run of the graph anew, several times a message, to call a few nodes one after
  the other; that takes a millisecond of each message (docs/decisions/lean-serving.md).

Training needs the real ones: `rasa train`.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from abc import ABCMeta
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.engine.graph import SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner

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


def run_graphs_plainly() -> None:
    """Makes Rasa call the nodes of a graph directly; `leave_tensorflow_out` comes first."""
    from rasa.engine.runner.dask import DaskGraphRunner

    DaskGraphRunner.run = _run_graph


def _run_graph(
    runner: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Does what `DaskGraphRunner.run` does: each node that is needed runs once.

    Policies behind one whose prediction nothing outranks aren't asked.

    Raises:
        GraphRunError: A node failed.
    """
    from rasa.engine.exceptions import GraphRunError

    schema, nodes = runner._graph_schema, runner._instantiated_nodes
    results = {name: (name, value) for name, value in (inputs or {}).items()}

    def result(name: str) -> Any:
        if name not in results:
            needed: list[Any] = []
            for each in schema.nodes[name].needs.values():
                idle = any(map(_is_final, needed)) and _is_policy(schema.nodes.get(each))
                needed.append((each, None) if idle else result(each))
            results[name] = nodes[name](*needed)
        return results[name]

    try:
        return dict(result(target) for target in targets or schema.target_names)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error


def _is_policy(node: SchemaNode | None) -> bool:
    from rasa.core.policies.policy import Policy

    return node is not None and issubclass(node.uses, Policy)


def _is_final(output: tuple[str, Any]) -> bool:
    """Tell whether a node's output is a prediction that Rasa's ensemble takes in any case.

    A certain one of those that count before the user's; of two such the first wins, since the
    policies stand in `config.yml` by their priority.
    """
    from rasa.core.policies.policy import PolicyPrediction

    _, value = output
    return (
        isinstance(value, PolicyPrediction)
        and value.is_no_user_prediction
        and value.max_confidence >= 1
    )


if __name__ == "__main__":
    leave_tensorflow_out()
    run_graphs_plainly()
    from rasa.__main__ import main

    sys.argv[0] = "rasa"
    main()

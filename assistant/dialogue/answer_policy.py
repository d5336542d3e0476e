"""The policy that answers: one or several topics in a turn, emergencies before everything."""

from __future__ import annotations

from typing import Any

from rasa.core.constants import POLICY_PRIORITY
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from actions.rules import load_criteria
from assistant.dialogue.plan import plan
from assistant.dialogue.responses import LISTEN
from assistant.dialogue.turn import UNAVAILABLE, Turn, read_turn
from assistant.settings import Settings


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False
)
class AnswerPolicy(Policy):
    """Predicts the planned actions of a turn one after the other.

    Its predictions count as "no user" predictions, since only these outrank the form's own
    (Rasa's ensemble, rasa/core/policies/ensemble.py); where the plan has nothing more to say
    it abstains and RulePolicy leads the form on.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        """Reads which words the screening explains; see Rasa's `Policy` for the rest."""
        super().__init__(config, model_storage, resource, execution_context)
        criteria = load_criteria(Settings.from_environment().content / "criteria.yml")
        self._explained = {each.id: each.explain for each in criteria.criteria}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Above every stock policy, so that an emergency always comes first."""
        return {POLICY_PRIORITY: 10}

    @staticmethod
    def supported_data() -> SupportedData:
        """Learns from no stories; it reads only the conversation."""
        return SupportedData.ML_AND_RULE_DATA

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AnswerPolicy:
        """Has nothing to load."""
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Has nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        precomputations: Any = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predicts the next action of the planned turn.

        Args:
            tracker: The conversation so far.
            domain: The assistant's domain.
            rule_only_data: Not used.
            precomputations: Not used.
            **kwargs: Not used.

        Returns:
            Certainty for the next planned action, or zeros where the form leads.
        """
        turn = read_turn(list(tracker.events))
        action = self._next(turn) if turn else None
        if action is None:
            return self._prediction(self._default_predictions(domain))
        probabilities = self._prediction_result(action, tracker, domain)
        return self._prediction(probabilities, is_no_user_prediction=True)

    def _next(self, turn: Turn) -> str | None:
        if turn.failed:
            return UNAVAILABLE
        if turn.done and turn.done[-1] == UNAVAILABLE:
            return LISTEN
        planned = plan(turn, turn.words, self._explained)
        if planned is None or len(turn.done) >= len(planned):
            return None
        return planned[len(turn.done)]

    @staticmethod
    def _prediction_result(
        action: str, tracker: DialogueStateTracker, domain: Domain
    ) -> list[float]:
        return [float(name == action) for name in domain.action_names_or_texts]

"""`make train`: trains a model unless one fits the data already."""

from __future__ import annotations

import sys

from assistant.launcher.model import NoFittingModel, fitting_model, train
from assistant.settings import SettingError, Settings


def main() -> int:
    """Trains if needed and says which model there is.

    Returns:
        Exit code of the process.
    """
    try:
        settings = Settings.from_environment()
        try:
            print(f"A model that fits the data is there: {fitting_model(settings).name}")
        except NoFittingModel as why:
            print(f"Training a model. {why}", flush=True)
            print(f"Trained {train(settings).name}")
    except (NoFittingModel, SettingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

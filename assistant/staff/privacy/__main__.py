"""Runs the command line of this room."""

import sys

from assistant.staff.privacy.commands import main

sys.exit(main())

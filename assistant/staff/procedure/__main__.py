"""Runs the command line of this room."""

import sys

from assistant.staff.procedure.commands import main

sys.exit(main())

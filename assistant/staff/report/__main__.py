"""Runs the command line of this room."""

import sys

from assistant.staff.report.commands import main

sys.exit(main())

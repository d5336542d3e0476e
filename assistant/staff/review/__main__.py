"""Runs the command line of this room."""

import sys

from assistant.staff.review.commands import main

sys.exit(main())

"""Runs the command line of this room."""

import sys

from assistant.staff.book.commands import main

sys.exit(main())

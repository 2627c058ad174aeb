"""The command line: an edge. It reads files, calls the rooms and prints; no rule and no SQL stands here.

Status 0 done, 1 problems found, 2 bad usage or input (one line: where, what is wrong, what to do), 3 internal error.
Each command imports what it needs when it runs, so that ``--help`` stays quick.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and end the process with its status."""
    from dueprocess.cli.commands import app
    from dueprocess.kernel.errors import InputError

    try:
        app(standalone_mode=True, prog_name="dueprocess")
    except InputError as error:
        print(f"dueprocess: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except BrokenPipeError:
        # The reader (a pager, head) has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("DUEPROCESS_TRACEBACK"):
            raise
        # The kind of error only: its text might hold what somebody typed about a person.
        print(  # noqa: T201
            f"dueprocess: internal error ({type(error).__name__}); set DUEPROCESS_TRACEBACK=1 to see where, and please report it",
            file=sys.stderr,
        )
        sys.exit(3)

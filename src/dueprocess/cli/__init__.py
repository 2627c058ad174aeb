"""The command line: an edge. It reads files, calls the rooms and prints; no rule and no SQL stands here.

Status 0 done, 1 problems found, 2 bad usage or input (one line: where, what is wrong, what to do), 3 internal error.
Each command imports what it needs when it runs, so that ``--help`` stays quick.
"""

from __future__ import annotations

import os
import signal
import sys


def program() -> None:
    """The process of a command, from its start: what ``dueprocess`` and ``python -m dueprocess`` run."""
    if hasattr(signal, "SIGPIPE"):
        # A reader that has gone (head, a pager) is no error. Only here: whoever calls ``main`` keeps the process's own signals.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()


def outlive_readers() -> None:
    """For a service: a browser that has gone ends its request, not the process."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def main() -> None:
    """Run the command line and end the process with its status."""
    from dueprocess.cli.parsing import parser
    from dueprocess.kernel.errors import InputError, printable

    try:
        sys.exit(parser(sys.argv[1:])(standalone_mode=False, prog_name="dueprocess") or 0)
    except InputError as error:
        print(f"dueprocess: {printable(str(error))}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if hasattr(error, "format_message"):  # the parser's own: a missing argument, no such option
            print(_usage(error), file=sys.stderr)  # noqa: T201
            sys.exit(2)
        if os.environ.get("DUEPROCESS_TRACEBACK"):
            raise
        # The kind of error only: its text might hold what somebody typed about a person.
        print(  # noqa: T201
            f"dueprocess: internal error ({type(error).__name__}); set DUEPROCESS_TRACEBACK=1 to see where, and please report it",
            file=sys.stderr,
        )
        sys.exit(3)


def _usage(error: Exception) -> str:
    """A usage error in one line; a command without arguments shows its help instead."""
    message = error.format_message()  # type: ignore[attr-defined]
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(message)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "dueprocess"
    return f"{command}: {' '.join(message.split())} (see {command} --help)"

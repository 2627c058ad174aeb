"""What the command line does to the signals of its process."""

from __future__ import annotations

import signal

import pytest

from dueprocess.cli import main


def test_who_calls_the_command_line_keeps_their_own_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    # With SIGPIPE at its default, a later write to a connection that is gone would end the caller's process without a word.
    monkeypatch.setattr("sys.argv", ["dueprocess", "--help"])
    before = signal.getsignal(signal.SIGPIPE)
    with pytest.raises(SystemExit):
        main()
    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN

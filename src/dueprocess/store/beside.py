"""What a store has done beside the requests, in a thread of its own that nobody waits for."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from dueprocess.store.database import Store


class Beside(ABC):
    """Runs until ``stop``, or until there is no more to do; only on databases of one ``dialect``."""

    dialect: str

    def __init__(self, store: Store, commits: Callable[[], int]) -> None:
        """``commits`` counts those of this process."""
        self._store, self._commits = store, commits
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if store.engine.dialect.name == self.dialect:
            self._thread = threading.Thread(target=self._run, name=f"dueprocess-{type(self).__name__.lower()}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """All of it; looks at ``_stop`` between its steps."""

"""Random numbers that belong to a purpose, not to a place in the program.

Each purpose ("who posts bail") has its own stream in each chunk of stays, so that a stay has the same luck in two
scenarios that differ in something else, however the one before it went (common random numbers), and a chunk is the same
whichever process makes it. Philox is a counter: streams cannot run into each other.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Draws:
    """The streams of one chunk of ``size`` stays: ``seed`` of the run, ``chunk`` a name for what is drawn.

    Every purpose draws one number for every stay, also for those whom it does not concern, so that who is matched in one
    scenario does not shift the luck of the others in another; ``rows`` picks those who are asked about.
    """

    def __init__(self, *, seed: int, chunk: str, size: int) -> None:
        self._seed, self._chunk, self.size = seed, chunk, size

    def uniform(self, purpose: str, rows: Ints | None = None) -> Floats:
        """Numbers in [0, 1)."""
        import numpy as np

        digest = hashlib.blake2b(f"{self._seed}\0{self._chunk}\0{purpose}".encode(), digest_size=16).digest()
        stream = np.random.Generator(np.random.Philox(key=np.frombuffer(digest, dtype=np.uint64)))
        found: Floats = stream.random(self.size)
        return found if rows is None else found[rows]

    def normal(self, purpose: str, rows: Ints | None = None) -> Floats:
        """Standard normal numbers, by the inverse of their distribution: a stay's draw is one number."""
        from scipy.special import ndtri

        found: Floats = ndtri(self.uniform(purpose, rows).clip(1e-12, 1 - 1e-12))
        return found

    def exponential(self, purpose: str, rows: Ints | None = None) -> Floats:
        """Exponential numbers with mean 1."""
        import numpy as np

        found: Floats = -np.log1p(-self.uniform(purpose, rows))
        return found


__all__ = ["Draws"]

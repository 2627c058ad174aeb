"""What holds for every test."""

import gc

from hypothesis import settings

# A process of the tests holds thousands of collected tests and what they import, none of it garbage. Python's usual
# threshold of 700 new objects walks that again and again: a third of the time of
# collecting tests, and a tenth of that of running some of them.
gc.set_threshold(50_000, 10, 10)

# The same examples in every run: a change is blamed for what it did, not for what the dice brought up. New examples
# are looked for by `make soak`, which passes `--hypothesis-profile=search`.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("same")

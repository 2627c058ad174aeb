"""What holds for every test."""

from hypothesis import settings

# The same examples in every run: a change is blamed for what it did, not for what the dice brought up. New examples
# are looked for by `make soak`, which passes `--hypothesis-profile=search`.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("same")

"""Benchmarks: ``python -m bench.run``. They print ratios against peers measured in the same run, and test nothing."""

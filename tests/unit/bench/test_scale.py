"""The generated law of the benchmark of scale: as much as it says, and such as the loader takes."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # bench/ is no part of the installed package

from bench import scale

from dueprocess.kernel.yamlread import parse
from dueprocess.law import link, load_lawbook
from dueprocess.law.reading import read_authority
from dueprocess.places import load_places


def test_generated_law_is_law_over_real_places() -> None:
    shipped = load_lawbook()
    texts = [*scale.statutes(), *islice(scale.policies(), 300)]
    assert len({i for i, _ in texts} | set(shipped.authorities)) == len(texts) + len(shipped.authorities)
    made = [read_authority(parse(text, name=i), vocabulary=shipped.vocabulary, expected_id=i) for i, text in texts]
    link(made, shipped.vocabulary)  # refuses a place that is none
    assert {a.kind for a in made} == {"statute", "agency_policy"} and all(len(a.norms) == 2 for a in made)


def test_policies_go_round_the_counties() -> None:
    counties = len(load_places().counties())
    ids = [i for i, _ in islice(scale.policies(), counties + 1)]
    assert len(set(ids)) == counties + 1 and ids[0].rpartition("-")[0] == ids[-1].rpartition("-")[0] and ids[0] != ids[-1]

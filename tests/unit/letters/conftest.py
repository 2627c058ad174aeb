"""What the tests of letters share: one day, its recipients, and the facts of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from dueprocess.law import Lawbook, load_lawbook
from dueprocess.letters.custody import COLUMNS
from dueprocess.letters.facts import FactBook
from dueprocess.letters.recipients import Recipient, Rolls
from dueprocess.places import load_places
from dueprocess.registry import Registry, load_registry

DAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def book() -> Lawbook:
    return load_lawbook()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="session")
def rolls(registry: Registry, book: Lawbook) -> Rolls:
    return Rolls(registry, load_places(), book, as_of=DAY, known_at=DAY)


@pytest.fixture(scope="session")
def counties(rolls: Rolls) -> Mapping[str, Recipient]:
    return {r.place.id: r for r in rolls.counties()}


@pytest.fixture(scope="session")
def facts(registry: Registry, book: Lawbook) -> FactBook:
    return FactBook(registry, load_places(), book, as_of=DAY, known_at=DAY, signers=("A Made-up Organization",), columns=COLUMNS)


@pytest.fixture(scope="session")
def own_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up sheet whose texts are long, foreign, and hostile to spreadsheets, pages and Typst."""
    from dueprocess.registry.sheet import import_sheet

    folder = tmp_path_factory.mktemp("own")
    sheet, map_ = folder / "sheet.csv", folder / "map.yaml"
    rows = [
        "agency,state,county,position,effective,source_date,title,claimant",
        f"Lake County Sheriff,OR,Lake County,requires_court_order,2020-01-02,2020-01-03,{'A long title ' * 16},{'N' * 200}",
        "Harney County Sheriff,OR,Harney County,declines_all,2020-01-02,2020-01-03,保安官の方針 о задержаниях,قائمة",
        'Grant County Sheriff,OR,Grant County,honors_all,2020-01-02,2020-01-03,"=HYPERLINK(""http://x"",""y"")","#read(""/etc/passwd"") <script>alert(1)</script> {{ 7*7 }} {%p if x %}"',
        "Grant County Sheriff,OR,Grant County,declines_all,2020-01-02,2020-01-03,Another made-up source,",
    ]
    sheet.write_text("\n".join(rows) + "\n", encoding="utf-8")
    map_.write_text(
        "name: made-up\ncolumns: {agency: agency, state: state, county: county, position: position, effective: effective, source_date: source_date, source_title: title, claimant: claimant}\nassume: {kind: sheriff, voice: report}\n",
        encoding="utf-8",
    )
    import_sheet(sheet, map=map_, registry=folder / "registry", places=load_places())
    return folder / "registry"

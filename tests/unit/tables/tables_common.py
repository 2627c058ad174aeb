"""Shared by the tests of tables: inputs written as people write them, and the prepared folder read back."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from dueprocess.kernel.files import data_dir
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.places import load_places
from dueprocess.tables import Prepared, prepare

AGENCY = "us/or/clackamas-county/sheriff"
ZONE = "America/Los_Angeles"
SAMPLES = data_dir("samples")


@cache
def lawbook() -> Lawbook:
    return load_lawbook()


def text_of(rows: Sequence[Sequence[Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write(folder: Path, name: str, content: str | bytes | Sequence[Sequence[Any]]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else text_of(content), encoding="utf-8")
    return path


def prepared(folder: Path, *inputs: Path, **options: Any) -> Prepared:
    found = prepare(list(inputs), out=folder / "prepared", lawbook=options.pop("lawbook", None) or lawbook(), places=load_places(), **options)
    assert found.rows_in == found.stays + found.merged + found.aside
    (listed,) = read(found, "problems", "SELECT coalesce(sum(count), 0) AS n FROM t")
    assert listed["n"] == sum(found.problems.values())
    return found


def read(found: Prepared, table: str, query: str = "SELECT * FROM t") -> list[dict[str, Any]]:
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{found.folder / table}.parquet')")
    cursor = connection.execute(query)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def own(folder: Path, rows: Sequence[Mapping[str, Any]], **options: Any) -> Prepared:
    """Prepare our own ``stays`` table from mappings; the agency is Clackamas County's sheriff where none is given."""
    names = list(dict.fromkeys(["stay_id", "agency", *(n for row in rows for n in row)]))
    table = [names, *([row.get(n, f"s{i}" if n == "stay_id" else AGENCY if n == "agency" else "") for n in names] for i, row in enumerate(rows))]
    return prepared(folder, write(folder, "stays.csv", table), **options)


def codes(found: Prepared) -> dict[str, int]:
    return dict(found.problems)


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook with inline texts and numbers, by the parts of the sample's script."""
    import zipfile
    from xml.sax.saxutils import escape

    sys.path.insert(0, str(SAMPLES))
    try:
        import make_odd_jail_log as maker
    finally:
        sys.path.remove(str(SAMPLES))
    office = maker.OFFICE
    entries = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(sheets, 1))
    relations = "".join(f'<Relationship Id="rId{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(sheets) + 1))
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>' for i in range(2, len(sheets) + 1))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", maker.TYPES.replace("</Types>", overrides + "</Types>"))
        archive.writestr("_rels/.rels", maker.RELATIONS.format(type=f"{office}/officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", maker.WORKBOOK.split("<sheets>")[0] + f"<sheets>{entries}</sheets></workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels", maker.RELATIONS.split("<Relationship ")[0] + relations + "</Relationships>")
        for number, rows in enumerate(sheets.values(), 1):
            lines = []
            for line, cells in enumerate(rows, 1):
                inside = "".join(
                    (f'<c r="{_column(i)}{line}" t="str"><f>{escape(c[1:])}</f><v>cached</v></c>' if isinstance(c, str) and c.startswith("=") else f'<c r="{_column(i)}{line}" t="inlineStr"><is><t>{escape(c)}</t></is></c>')
                    if isinstance(c, str)
                    else f'<c r="{_column(i)}{line}"><v>{c}</v></c>'
                    for i, c in enumerate(cells)
                    if c not in ("", None)
                )
                lines.append(f'<row r="{line}">{inside}</row>')
            archive.writestr(f"xl/worksheets/sheet{number}.xml", f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}</sheetData></worksheet>')
    return path


def _column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name

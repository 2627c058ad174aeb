"""Tables beside the letters: CSV that no spreadsheet takes for formulas, and XLSX with the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

from dueprocess.kernel.errors import InputError

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of an Office file: the first that a zip can hold."""
CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - an Office file's own time, without a zone
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """A cell that a spreadsheet shows and never computes."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_FORMULA) else flat


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV in UTF-8 with Unix lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([cell(c) for c in row] for row in rows)
    return out.getvalue().encode()


def xlsx_bytes(head: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str) -> bytes:
    """A workbook of one sheet; every cell is text. Raises InputError where the extra ``office`` is missing."""
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise InputError("XLSX needs xlsxwriter", where="letters", do="install dueprocess[office], or leave the XLSX out with --no-xlsx") from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"created": CREATED, "title": sheet})
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True})
    page.freeze_panes(1, 0)
    for column, text in enumerate(head):
        page.write_string(0, column, text, bold)
    last = 0
    for number, row in enumerate(rows, 1):
        last = number
        for column, text in enumerate(row):
            page.write_string(number, column, " ".join(text.split())[:32767])
    page.autofilter(0, 0, last, max(0, len(head) - 1))
    page.set_column(0, max(0, len(head) - 1), 22)
    book.close()
    return fixed_zip(out.getvalue())


def fixed_zip(data: bytes) -> bytes:
    """The same Office file with its entries in order and every time fixed, so that equal content gives equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n))
        for name in names:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()

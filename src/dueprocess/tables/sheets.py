"""Excel workbooks (xlsx, xls, xlsb, ods) by python-calamine: every sheet a table, titles above its header left off."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.tables.engine import Engine, module
from dueprocess.tables.header import LOOKED_AT, header_of, names
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw, store

MOST_BYTES = 2_000_000_000
MOST_RATIO, FREE_BYTES = 400, 32_000_000


def check_zip(path: Path, *, name: str) -> None:
    """Refuse a workbook that unpacks beyond what any real one does."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise InputError("the workbook is broken", where=name, do="open it in a spreadsheet program and save it again") from None
    if total > MOST_BYTES or (total > FREE_BYTES and total > MOST_RATIO * path.stat().st_size):
        raise InputError(f"it unpacks to {total} bytes", where=name, do="no real workbook does: export the sheet as CSV if it is one")


def read_sheets(
    engine: Engine, path: Path, *, name: str, problems: Problems, known: Collection[str] = (), sheet: str | None = None, header: int | None = None
) -> list[Raw]:
    """Every sheet that holds anything, or the one named.

    Raises:
        InputError: no workbook, broken, locked with a password, or without that sheet.
    """
    calamine = module("python_calamine")
    check_zip(path, name=name)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        listed = list(book.sheet_names)
    except calamine.PasswordError:
        raise InputError("the workbook is locked with a password", where=name, do="save it without one") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise InputError("the workbook cannot be read", where=name, do="open it in a spreadsheet program and save it again, or as CSV") from None
    if sheet is not None and sheet not in listed:
        raise InputError(f"there is no sheet [{sheet}]", where=name, do=f"one of {', '.join(listed)}")
    found = []
    for title in [sheet] if sheet is not None else listed:
        raw = _sheet(engine, calamine, book, title, name=name, path=path, several=len(listed) > 1, problems=problems, known=known, header=header)
        if raw:
            found.append(raw)
    if not found:
        raise InputError("no sheet holds any row", where=name, do="give a table with a header and rows")
    return found


def _sheet(
    engine: Engine, calamine: Any, book: Any, title: str, *, name: str, path: Path, several: bool, problems: Problems, known: Collection[str], header: int | None
) -> Raw | None:
    where = f"{name}[{title}]" if several else name
    try:
        sheet = book.get_sheet_by_name(title)
        # Rows count from the first of the sheet, used or not; columns from the first used one.
        records = [[as_text(cell) for cell in row] for row in islice(sheet.iter_rows(), LOOKED_AT + 40)]
    except (calamine.CalamineError, ValueError):
        raise InputError("the sheet cannot be read", where=where, do="open it in a spreadsheet program and save it again, or as CSV") from None
    if not any(any(r) for r in records):
        return None
    top = header_of(records, known, given=min(header - 1, len(records) - 1) if header else None)
    width = max((len(r) for r in records), default=0)
    while width and not any(len(r) >= width and r[width - 1] for r in records):
        width -= 1
    raw = Raw(file=where, name=title if several else path.stem, table="", headers=names(top.cells, width=width, where=where), path=path, sheet=title, top=top)
    titles = len(top.titles)
    if titles:
        problems.add("title-line", file=where, count=titles)
        raw.aside += titles
    rows = ((number, [as_text(cell) or None for cell in row]) for number, row in enumerate(sheet.iter_rows(), 1) if number > top.last + 1)
    raw.table = store(engine, rows, width=width)
    return raw


def as_text(value: Any) -> str:
    """A cell as text: dates as ISO, whole numbers without a point, an empty cell as nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        # A spreadsheet has no date apart from midnight: midnight is read as the day, which contains it.
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time(0) else rounded.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return " ".join(str(value).split())

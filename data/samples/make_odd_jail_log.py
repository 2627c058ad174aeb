"""Write odd-jail-log.xlsx: a made-up jail log with most of the oddities of real ones. Standard library only, byte for byte.

python data/samples/make_odd_jail_log.py [TARGET]
"""

from __future__ import annotations

import sys
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

HEADER = ["Booking No", "Inmate Name", "Race", "Booking Date", "Booking Time", "Charge", "Disposition", "Disp Date", "Release Date", "Release Type"]
EXCEL_DAY_0 = date(1899, 12, 30)
CHARGES = ("THEFT 3", "DUII", "DRIVING WHILE SUSPENDED", "ASSAULT 4", "CRIMINAL TRESPASS 2")
POSTED = ("15:00", "17:00", "21:00")


def serial(day: date, hour: int = 0, minute: int = 0) -> str:
    """A date as a spreadsheet stores it: days since 1900, the time as a fraction."""
    number = (day - EXCEL_DAY_0).days + (hour * 60 + minute) / 1440
    return f"#{number:.6f}".rstrip("0").rstrip(".")


def rows() -> list[list[str]]:
    """The cells of every line; a cell that starts with # is a number."""
    found = [["EXAMPLE COUNTY SHERIFF (MADE UP)"], ["Persons released with an immigration hold, records request 14-017"], [], HEADER]
    number = 0
    for index in range(20):
        booked = date(2014, 3, 3) + timedelta(days=3 * index)
        disposed = booked + timedelta(days=2 + index % 4)
        released = disposed + timedelta(days=(0, 1, 2, 3, 4)[index % 5])
        if index in (9, 15):
            found += [[], HEADER]  # the header stands again at each page
        # A made-up person, obviously so.
        stay = [f"14-{index + 101:05}", f"DOE, SAMPLE {chr(65 + index)}", ("W", "B", "H")[index % 3]]
        book = [serial(booked) if index % 2 else booked.strftime("%m/%d/%y"), f"{8 + index % 12:02}{(index * 7) % 60:02}"]
        release = ["" if index == 6 else f"{released.strftime('%m/%d/%Y')} {POSTED[index % 3]}", ("RELEASED TO ICE", "RELEASED TO ICE", "BOND", "TOT OTHER COUNTY")[index % 4]]
        for charge in range(1 + index % 3):
            disposition = ("DISMISSED", "TIME SERVED", "RELEASED ON RECOGNIZANCE")[(index + charge) % 3]
            when = f"{(disposed - timedelta(days=charge)).strftime('%m/%d/%Y')} {POSTED[(index + 1) % 3]}"
            if index == 4:
                disposition, when = "NA", "NULL"
            if index == 12:
                when = "13/45/2014 15:00"
            found.append([*stay, *book, CHARGES[(index + charge) % 5], disposition, when, *release])
            number += 1
        ended = "CANCEL DETAINER" if index == 7 else "PICKED UP BY ICE"
        found.append([*stay, *book, "HOLD - IMMIGRATION (ICE)", ended, release[0] or "b(6), b(7)c", *release])
        number += 1
    return found


def column(index: int) -> str:
    return chr(65 + index)


def sheet() -> str:
    lines = []
    for line, cells in enumerate(rows(), 1):
        inside = ""
        for index, cell in enumerate(cells):
            if cell.startswith("#"):
                inside += f'<c r="{column(index)}{line}"><v>{cell[1:]}</v></c>'
            elif cell:
                inside += f'<c r="{column(index)}{line}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        lines.append(f'<row r="{line}">{inside}</row>')
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}</sheetData></worksheet>'


TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
)
WORKBOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def write(target: Path) -> None:
    """Write the workbook; every entry has the same fixed date, so that the bytes never change."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS.format(type=f"{OFFICE}/officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(type=f"{OFFICE}/worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet(),
    }
    when = datetime(2026, 1, 1).timetuple()[:6]  # noqa: DTZ001 - the fixed date of the entries
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, when), text)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("odd-jail-log.xlsx"))

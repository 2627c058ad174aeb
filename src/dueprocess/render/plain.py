"""A sheet as plain text of a given width, for a terminal or a file."""

from __future__ import annotations

from textwrap import TextWrapper

from dueprocess.render.sheet import Block, Entries, Figure, Pairs, Paragraph, Sheet, Table, cleaned

MIN_WIDTH = 40
_GAP = 2
_LEAST_COLUMN = 9
_INDENT = "  "


def sheet_text(sheet: Sheet, *, width: int = 78) -> str:
    """Lines of at most ``width`` characters (at least 40); ends with a newline."""
    width = max(width, MIN_WIDTH)
    sheet = cleaned(sheet)
    lines = _wrap(sheet.sentence, width)
    for text in sheet.lead:
        lines += _wrap(text, width, first=_INDENT, rest=_INDENT)
    lines += ["", *_wrap(sheet.asked, width)]
    for section in sheet.sections:
        lines += ["", *_wrap(section.title.upper(), width)]
        for index, block in enumerate(section.blocks):
            if index and (isinstance(block, Table) or (isinstance(block, Entries) and block.title)):
                lines.append("")
            lines += _block(block, width)
    lines += ["", *_wrap(sheet.notice, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _block(block: Block, width: int) -> list[str]:
    if isinstance(block, Paragraph):
        return _wrap(block.text, width, first=_INDENT, rest=_INDENT)
    if isinstance(block, Pairs):
        return _pairs(block, width)
    if isinstance(block, Entries):
        return _entries(block, width)
    if isinstance(block, Figure):
        return []  # what it shows also stands in a table
    return _table(block, width)


def _wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    # Ids, citations and dates stay whole: no break at a hyphen.
    return TextWrapper(
        width=width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    ).wrap(text)


def _pairs(pairs: Pairs, width: int) -> list[str]:
    column = min(max((len(label) for label, _ in pairs.rows), default=0), width // 3)
    rest = _INDENT + " " * (column + _GAP)
    lines: list[str] = []
    for label, value in pairs.rows:
        if len(label) > column:
            lines += [
                *_wrap(label, width, first=_INDENT, rest=_INDENT),
                *_wrap(value, width, first=rest, rest=rest),
            ]
        elif len(rest) + max(map(len, value.split()), default=0) > width:
            # A hash or an id that does not fit beside its label stands below it, whole.
            lines += [
                *_wrap(label, width, first=_INDENT, rest=_INDENT),
                *_wrap(value, width, first=_INDENT, rest=_INDENT),
            ]
        else:
            lines += _wrap(value, width, first=f"{_INDENT}{label:<{column + _GAP}}", rest=rest)
    return lines


def _entries(entries: Entries, width: int) -> list[str]:
    lines = _wrap(entries.title, width, first=_INDENT, rest=_INDENT)
    marks = (
        [f"{n}. " for n in range(1, len(entries.items) + 1)]
        if entries.numbered
        else ["- "] * len(entries.items)
    )
    column = max(map(len, marks), default=0)
    rest = _INDENT + " " * column
    for mark, item in zip(marks, entries.items, strict=True):
        source = " ".join(s for s in (item.source, f"[{item.ref}]" if item.ref else "") if s)
        told = [t for t in (item.said, source) if t]
        for n, text in enumerate(told):
            lines += _wrap(text, width, first=rest if n else f"{_INDENT}{mark:<{column}}", rest=rest)
    return lines


def _table(table: Table, width: int) -> list[str]:
    rows = [table.head, *table.rows]
    widths = _widths(rows, width - 2 * len(_INDENT), fixed=table.fixed)
    lines = _wrap(table.caption, width, first=_INDENT, rest=_INDENT) if table.caption else []
    for index, row in enumerate(rows):
        cells = [_wrap(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
        mark = "> " if index - 1 in table.marked else _INDENT
        for n in range(max(map(len, cells))):
            parts = [(c[n] if n < len(c) else "").ljust(w) for c, w in zip(cells, widths, strict=True)]
            lines.append(_INDENT + (mark if n == 0 else _INDENT) + (" " * _GAP).join(parts))
    return lines


def _widths(rows: list[tuple[str, ...]], room: int, *, fixed: tuple[int, ...]) -> list[int]:
    """A width for each column: what its longest cell needs; the widest is cut down until all fit, a fixed one last."""
    widths = [max(1, *(len(cell) for cell in column)) for column in zip(*rows, strict=True)]
    room -= _GAP * (len(widths) - 1)
    while sum(widths) > room:
        loose = [i for i in range(len(widths)) if i not in fixed and widths[i] > _LEAST_COLUMN]
        cut = loose or [i for i in range(len(widths)) if widths[i] > 1]
        if not cut:
            break
        widths[max(cut, key=lambda i: widths[i])] -= 1
    return widths

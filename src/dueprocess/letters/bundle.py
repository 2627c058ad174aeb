"""All letters in one PDF, with a page of contents, a bookmark for each, and the tag trees of the letters joined to one.

Each letter is a PDF/UA of its own. Merging pages alone would lose their tags; so the trees are put under one root and
the numbers by which pages find their tags are counted on.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dueprocess.render.pdf import compile_pdf

CONTENTS: Final = Path(__file__).resolve().parent / "contents.typ"


def bundle_pdf(files: Sequence[Path], labels: Sequence[str], *, title: str, lang: str) -> bytes:
    """The bundle, the same bytes for the same files: contents first, then each file from a new page."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        IndirectObject,
        NameObject,
        NumberObject,
    )

    readers = [PdfReader(io.BytesIO(f.read_bytes())) for f in files]
    counts = [len(r.pages) for r in readers]
    first = _contents(labels, counts, title=title, lang=lang, begins=2)
    begins = len(PdfReader(io.BytesIO(first)).pages) + 1
    if begins != 2:
        first = _contents(labels, counts, title=title, lang=lang, begins=begins)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(first)))
    root = writer.root_object
    tree = root["/StructTreeRoot"].get_object()
    assert isinstance(tree, DictionaryObject)
    _without_ids(tree)
    document = _kids(tree)[0]
    parts: list[Any] = [*_kids(document.get_object())]
    numbers: list[tuple[int, Any]] = _numbers(tree)
    following = max((n for n, _ in numbers), default=-1) + 1
    page = len(writer.pages)
    for reader, label in zip(readers, labels, strict=True):
        for at in reader.pages:
            writer.add_page(at)
        added = writer.pages[page:]
        writer.add_outline_item(title=label, page_number=page)
        page = len(writer.pages)
        own = reader.root_object["/StructTreeRoot"].get_object()
        assert isinstance(own, DictionaryObject)
        moved = following
        for at, original in zip(added, reader.pages, strict=True):
            if "/StructParents" in original:  # pypdf leaves it behind
                at[NameObject("/StructParents")] = NumberObject(int(str(original["/StructParents"])) + moved)
            for note in at.get("/Annots", ()):
                annotation = note.get_object()
                if isinstance(annotation, DictionaryObject) and "/StructParent" in annotation:
                    annotation[NameObject("/StructParent")] = NumberObject(int(str(annotation["/StructParent"])) + moved)
        for kid in _kids(own):
            copy = kid.clone(writer)
            part = copy.get_object()
            _without_ids(part)
            part[NameObject("/P")] = document
            part[NameObject("/S")] = NameObject("/Part")
            parts.append(copy if isinstance(copy, IndirectObject) else copy.indirect_reference)
        for number, value in _numbers(own):
            numbers.append((number + moved, value.clone(writer)))
            following = max(following, number + moved + 1)
    listed: list[Any] = []
    for number, value in sorted(numbers, key=lambda n: n[0]):
        listed += [NumberObject(number), value]
    document.get_object()[NameObject("/K")] = ArrayObject(parts)
    tree.pop("/IDTree", None)
    tree[NameObject("/ParentTree")] = writer._add_object(DictionaryObject({NameObject("/Nums"): ArrayObject(listed)}))
    tree[NameObject("/ParentTreeNextKey")] = NumberObject(following)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _contents(labels: Sequence[str], counts: Sequence[int], *, title: str, lang: str, begins: int) -> bytes:
    """The page of contents, with the page on which each letter begins."""
    rows, at = [], begins
    for label, count in zip(labels, counts, strict=True):
        rows.append([label, str(at)])
        at += count
    return compile_pdf(CONTENTS, {"title": title, "lang": lang, "rows": rows, "count": len(rows)})


def _kids(tree: Mapping[str, Any]) -> list[Any]:
    """The elements under the root of a tag tree, as references."""
    kids = tree.raw_get("/K") if hasattr(tree, "raw_get") else tree["/K"]
    from pypdf.generic import ArrayObject

    value = kids.get_object()
    return list(value) if isinstance(value, ArrayObject) else [kids]


def _without_ids(element: Any) -> None:
    """Take the names of header cells out of a tag tree: they repeat from letter to letter, and each header has its scope."""
    waiting = [element]
    while waiting:
        own = waiting.pop().get_object()
        if not hasattr(own, "raw_get") or "/K" not in own:
            continue
        own.pop("/ID", None)
        if "/A" in own:
            kept = own["/A"].get_object()
            for attribute in kept if isinstance(kept, list) else [kept]:
                attribute.get_object().pop("/Headers", None)
        kids = own.raw_get("/K").get_object()
        for kid in kids if isinstance(kids, list) else [kids]:
            if not isinstance(kid, int) and hasattr(kid.get_object(), "raw_get") and "/S" in kid.get_object():
                waiting.append(kid)


def _numbers(tree: Mapping[str, Any]) -> list[tuple[int, Any]]:
    """The entries of a number tree: page numbers to the tags of their content."""
    found: list[tuple[int, Any]] = []

    def walk(node: Any) -> None:
        own = node.get_object()
        if "/Nums" in own:
            listed = own["/Nums"].get_object()
            found.extend((int(listed[i]), listed[i + 1]) for i in range(0, len(listed), 2))
        for kid in own.get("/Kids", ()):
            walk(kid)

    if "/ParentTree" in tree:
        walk(tree["/ParentTree"])
    return found

"""Pages for families and kits for small jails: their sizes against the limits, how long they take to make, and the
service's time for a question. ``python -m bench.pages [CODE …]``: without a code, all states."""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from collections.abc import Sequence
from datetime import date

from bench.measure import machine, table
from dueprocess.decide import Setting
from dueprocess.decide.packets import scene_of
from dueprocess.law import load_lawbook
from dueprocess.public import answer_page, kit_html, read_request, state_of, state_page
from dueprocess.public.gather import states

DAY = date(2026, 11, 22)
PAGE_LIMIT, KIT_LIMIT = 1_000_000, 300_000
KITS = ("us/ca/alameda-county/sheriff", "us/or/clackamas-county/sheriff", "us/tx/travis-county/sheriff", "us/fl/monroe-county/sheriff",
        "us/md/allegany-county/sheriff", "us/ny/erie-county/sheriff", "us/pa/lehigh-county/corrections", "us/wy/teton-county/sheriff")  # fmt: skip
QUESTIONS = 200


def run(codes: Sequence[str] = (), kits: Sequence[str] = KITS) -> bool:
    """Print the tables; whether every page and kit is under its limit."""
    book = load_lawbook()
    rows, met = [], True
    for place in states():
        code = place.id.rpartition("/")[2]
        if codes and code not in codes:
            continue
        begun = time.perf_counter()
        found = state_of(place.id, as_of=DAY, known_at=DAY, lawbook=book)
        gathered = time.perf_counter() - begun
        begun = time.perf_counter()
        pages = [state_page(found, lang, file=True, other="x.html").encode() for lang in ("en", "es")]
        written = time.perf_counter() - begun
        fields = [("county", found.counties[0].id), ("form", "i-247a"), ("day", "2026-11-20"), ("time", "18:30")]
        begun = time.perf_counter()
        for _ in range(QUESTIONS):
            answer_page(found, "en", read_request(found, fields), now=0, other="/")
        asked = (time.perf_counter() - begun) / QUESTIONS
        biggest = max(map(len, pages))
        met = met and biggest < PAGE_LIMIT
        zipped = max(len(gzip.compress(p)) for p in pages)
        rows.append([place.name, str(len(found.counties)), str(len(found.laws)), f"{biggest / 1000:.0f} kB", f"{zipped / 1000:.0f} kB", f"{biggest / PAGE_LIMIT:.0%}", f"{gathered:.2f} s", f"{written:.2f} s", f"{asked * 1000:.1f} ms"])
        print(f"  {place.name}", file=sys.stderr)
    print(table(["state", "counties", "laws", "larger page", "gzip", "of 1 MB", "gather", "write both", "a question"], rows))
    rows = []
    for agency in kits:
        begun = time.perf_counter()
        kit = kit_html(scene_of(agency, facility=None, as_of=DAY, known_at=DAY, setting=Setting(book))).encode()
        rows.append([agency, f"{len(kit) / 1000:.0f} kB", f"{len(kit) / KIT_LIMIT:.0%}", f"{time.perf_counter() - begun:.1f} s"])
        met = met and len(kit) < KIT_LIMIT
        print(f"  {agency}", file=sys.stderr)
    if rows:
        print(table(["kit", "size", "of 300 kB", "made in"], rows))
    return met


def main(arguments: Sequence[str]) -> int:
    """0 if all are under their limits, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("codes", nargs="*", metavar="CODE", help="states, as ca")
    parser.add_argument("--no-kits", action="store_true")
    given = parser.parse_args(arguments)
    print(f"Measured on {machine()}.\n")
    return 0 if run(given.codes, () if given.no_kits else KITS) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

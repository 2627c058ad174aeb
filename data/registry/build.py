"""Make the registry's files from its sources, by the declared importers.

    python data/registry/build.py           write actors, names, sources, claims, counts, matching and imports
    python data/registry/build.py --check   write nothing; status 1 if a file is not what this makes

Read: source/ (taken), hand/ (by hand), ../agreements (source, matching and names). No network. A source that has become
shorter than imports.csv says is refused.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places
from dueprocess.registry.importers import Importer
from dueprocess.registry.store import texts_of

HERE = Path(__file__).resolve().parent


def build() -> tuple[dict[str, str], Counter[str]]:
    """Every file with its text, and what became of the rows. Raises InputError where a check fails."""
    path = HERE / "imports.csv"
    before = {row["importer"]: int(row["rows"]) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())} if path.exists() else {}
    batch = Importer(load_places(), source=HERE / "source", hand=HERE / "hand", agreements=HERE.parent / "agreements", before=before).run()
    counts = Counter(f"{entry.importer}: {entry.result} {entry.tier}".strip() for entry in batch.log)
    counts.update({"claims": len(batch.claims), "count claims": len(batch.counts), "actors": len(batch.actors), "sources": len(batch.sources)})
    return texts_of(batch), counts


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file would change")
    check = parser.parse_args(argv).check
    try:
        files, counts = build()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    changed = [name for name, text in files.items() if not (HERE / name).exists() or (HERE / name).read_bytes() != text.encode()]
    for name in changed:
        if check:
            print(f"data/registry/{name} is not what build.py makes", file=sys.stderr)
        else:
            (HERE / name).write_bytes(files[name].encode())
    for what, count in sorted(counts.items()):
        print(f"{count:5}  {what}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())

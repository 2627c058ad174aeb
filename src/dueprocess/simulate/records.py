"""The records that a chunk of stays leaves behind, as Arrow tables: custody tables or an export's charge rows.

Clean records give every time to the second. The defects are those of real exports (dates without times, posted hours,
missing keys, repeated rows, times in the wrong order); they touch the records only, never what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from dueprocess.simulate.days import DAY, HOUR, Days
from dueprocess.simulate.draws import Draws
from dueprocess.simulate.flow import ENDS, LEFT_TO, Stays
from dueprocess.simulate.scenario import Scenario
from dueprocess.simulate.truth import Truth, regimes

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

POSTED: Final = (15, 17, 21)
"""Local hours at which an export that posts its times says that things happened."""

CUSTODY_MAP: Final = """\
# Reads the simulated records beside it.
map: simulated
as_of: "{as_of}"
tables:
  stays: {{file: "stays-*.parquet"}}
stays: {{table: stays, id: stay_id}}
columns:
{columns}
constants: {{record_complete: true}}
{posted}"""

CHARGES_MAP: Final = """\
# Joins the simulated exports beside it.
map: simulated
as_of: "{as_of}"
tables:
  bookings: {{file: "bookings-*.parquet"}}
  charges: {{file: "charges-*.parquet"}}
  detainers: {{file: "detainers-*.parquet"}}
stays: {{table: bookings, id: Booking No}}
columns:
  stay_id: Booking No
  person_key: Person No
  agency: Agency
  booked_at: Booked
  left_at: Released
  left_to: {{column: Release Type, values: {{RELEASED TO ICE: ice, RELEASED: community}}}}
  citizenship_claimed: {{table: detainers, column: Claimed Citizenship}}
  status_proof_shown: {{table: detainers, column: Proof Shown}}
grounds:
  - table: charges
    stay: Booking No
    from: Charged
    until: Disposed
    complete: true
    dispositions:
      column: Disposition
      table: {{BOND POSTED: "yes", RECOGNIZANCE: "yes", DISMISSED: "yes", SENTENCE SERVED: "yes", ICE HOLD: hold}}
papers:
  - {{table: detainers, stay: Booking No, kind: Form, edition: Edition, received_at: Received, served_at: Served, cancelled_at: Cancelled, signed_by: Signed, boxes: Boxes}}
constants: {{record_complete: true}}
{posted}"""

_CUSTODY = (
    "agency", "person_key", "booked_at", "release_due_at", "left_at", "left_to", "detainer_form", "detainer_edition", "detainer_received_at",
    "detainer_served_at", "detainer_cancelled_at", "detainer_signed", "detainer_boxes", "admin_warrant_at", "judicial_warrant_at",
    "citizenship_claimed", "status_proof_shown", "charged_felony", "convicted_felony", "prior_removal",
)  # fmt: skip


def map_text(scenario: Scenario, *, as_of: str) -> str:
    """The map file that reads the records."""
    posted = ""
    if scenario.defects.get("posted_hours"):
        hours = ", ".join(f'"{h}:00"' for h in POSTED)
        posted = f"posted: {{left_at: [{hours}]}}\n"
    if scenario.record == "charges":
        return CHARGES_MAP.format(as_of=as_of, posted=posted)
    return CUSTODY_MAP.format(as_of=as_of, posted=posted, columns="\n".join(f"  {c}: {c}" for c in ("stay_id", *_CUSTODY)))


class Chunk:
    """One chunk as tables. ``first_id`` numbers its first stay; ``zone`` is the zone of each county by number."""

    def __init__(self, scenario: Scenario, stays: Stays, *, counties: Sequence[str], zone: Ints, days: Days, first_id: int, draws: Draws) -> None:
        self.scenario, self.stays, self.counties, self.days, self.draws = scenario, stays, counties, days, draws
        self.zone = zone[stays.county]
        self.first_id = first_id
        self.size = len(stays.county)

    def tables(self) -> dict[str, pa.Table]:
        """The tables by name: ``stays``, or ``bookings``, ``charges`` and ``detainers``."""
        return self._charges() if self.scenario.record == "charges" else {"stays": self._repeated(self._custody())}

    def truth(self, found: Truth) -> pa.Table:
        """The truth beside the records: what happened, by which regime it is judged, and for how long it was unlawful."""
        import pyarrow as pa

        s = self.stays
        held, notified = (_spread(self.size, s.rows, s.detained[name], False) for name in ("held", "notified"))
        known = found.regime < 0
        return pa.table(
            {
                "stay_id": self._ids(),
                "agency": self._agencies(),
                "booked_at": _instants(s.booked),
                "release_due_at": _instants(s.due),
                "left_at": _instants(s.left),
                "left_to": _words(LEFT_TO, s.left_to),
                "matched": pa.array(s.matched),
                "citizen": pa.array(s.citizen),
                "detainer_issued": pa.array(s.issued),
                "detainer_came": pa.array(_flag(self.size, s.rows)),
                "notified": pa.array(notified),
                "held": pa.array(held),
                "regime": _nulled([r.id for r in regimes()], found.regime),
                "lawful_until": pa.array(found.lawful_until.astype("datetime64[s]"), mask=known),
                "unlawful_seconds": pa.array(found.unlawful, mask=known),
            }
        )

    # -- the records --

    def _custody(self) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        s, d, rows = self.stays, self.stays.detained, self.stays.rows
        came = _flag(self.size, rows)
        left = self._left()
        judge = _spread(self.size, rows, d["judicial_warrant"], False)
        admin = _spread(self.size, rows, d["admin_warrant"], False)
        received = _spread(self.size, rows, d["received"], 0)
        columns: dict[str, Any] = {
            "stay_id": self._ids(),
            "agency": self._agencies(),
            "person_key": self._persons(),
            "booked_at": self._time(s.booked, "booked"),
            "release_due_at": self._time(s.due, "due"),
            "left_at": left,
            "left_to": _words(LEFT_TO, s.left_to),
            "detainer_form": _texts(self.size, rows, d["form"]),
            "detainer_edition": _texts(self.size, rows, d["edition"]),
            "detainer_received_at": self._time(received, "received", mask=~came),
            "detainer_served_at": self._or_never(received, _spread(self.size, rows, d["served"], False), came),
            "detainer_cancelled_at": _texts(self.size, rows, np.full(len(rows), "never", dtype=object)),
            "detainer_signed": pa.array(_spread(self.size, rows, d["signed"], False), mask=~came),
            "detainer_boxes": _texts(self.size, rows, d["boxes"]),
            "admin_warrant_at": self._or_never(received, admin, came),
            "judicial_warrant_at": self._or_never(received, judge, came),
            "citizenship_claimed": pa.array(_spread(self.size, rows, d["citizen"], False), mask=~came),
            "status_proof_shown": pa.array(_spread(self.size, rows, d["citizen"], False), mask=~came),
            "charged_felony": pa.array(s.charged_felony),
            "convicted_felony": pa.array(_spread(self.size, rows, d["convicted_felony"], False), mask=~came),
            "prior_removal": pa.array(_spread(self.size, rows, d["prior_removal"], False), mask=~came),
        }
        return pa.table(columns)

    def _charges(self) -> dict[str, pa.Table]:
        import numpy as np
        import pyarrow as pa

        s, d, rows = self.stays, self.stays.detained, self.stays.rows
        ids = self._ids()
        bookings = pa.table(
            {
                "Booking No": ids,
                "Person No": self._persons(),
                "Agency": self._agencies(),
                "Booked": self._time(s.booked, "booked"),
                "Released": self._left(),
                "Release Type": _words(("RELEASED", "RELEASED TO ICE"), s.left_to),
            }
        )
        names = ("BOND POSTED", "RECOGNIZANCE", "DISMISSED", "SENTENCE SERVED", "ICE HOLD")
        assert len(names) == len(ENDS) + 1
        local = self._time(s.due, "due")
        booked = self._time(s.booked, "booked")
        picks = pa.array(rows)
        charge = pa.concat_tables(
            [
                pa.table({"Booking No": ids, "Charge": _words(("MADE-UP MISDEMEANOR", "MADE-UP FELONY"), s.charged_felony.astype(np.int64)), "Charged": booked, "Disposition": _words(names, s.end), "Disposed": local}),
                pa.table(
                    {
                        "Booking No": ids.take(picks),
                        "Charge": _words(("HOLD IMMIGRATION",), np.zeros(len(rows), dtype=np.int64)),
                        "Charged": booked.take(picks),
                        "Disposition": _words(names, np.full(len(rows), 4)),
                        "Disposed": self._left().take(picks),
                    }
                ),
            ]
        )
        never = pa.array(["never"] * len(rows), pa.string())
        served = pa.array(np.where(d["served"], _texted(d["received"]), "never").astype(object), pa.string())
        detainers = pa.table(
            {
                "Booking No": ids.take(picks),
                "Form": pa.array(d["form"], pa.string()),
                "Edition": pa.array(d["edition"], pa.string()),
                "Received": self._time(d["received"], "received", zone=self.zone[rows]),
                "Served": served,
                "Cancelled": never,
                "Signed": pa.array(np.where(d["signed"], "immigration_officer", "none").astype(object), pa.string()),
                "Boxes": pa.array(d["boxes"], pa.string()),
                "Claimed Citizenship": pa.array(d["citizen"]),
                "Proof Shown": pa.array(d["citizen"]),
            }
        )
        warrants = []
        for flag, kind, signer in (("admin_warrant", "i-200", "immigration_officer"), ("judicial_warrant", "judicial_warrant", "judge")):
            mine = np.nonzero(d[flag])[0]
            one = detainers.take(pa.array(mine))
            many = len(mine)
            changed = {
                "Form": pa.array([kind] * many, pa.string()), "Edition": pa.nulls(many, pa.string()), "Served": pa.nulls(many, pa.string()),
                "Cancelled": pa.array(["never"] * many, pa.string()), "Signed": pa.array([signer] * many, pa.string()), "Boxes": pa.nulls(many, pa.string()),
            }  # fmt: skip
            for name, column in changed.items():
                one = one.set_column(one.schema.get_field_index(name), name, column)
            warrants.append(one)
        return {"bookings": bookings, "charges": charge, "detainers": pa.concat_tables([detainers, *warrants])}

    def _repeated(self, table: pa.Table) -> pa.Table:
        share = self.scenario.defects.get("repeats", 0.0)
        if not share:
            return table
        import numpy as np
        import pyarrow as pa

        again = np.nonzero(self.draws.uniform("repeated") < share)[0]
        return pa.concat_tables([table, table.take(pa.array(again))])

    # -- columns --

    def _ids(self) -> pa.Array:
        import numpy as np
        import pyarrow as pa

        return pa.array(np.arange(self.first_id, self.first_id + self.size)).cast(pa.string())

    def _agencies(self) -> pa.Array:
        return _words([f"{c}/sheriff" for c in self.counties], self.stays.county)

    def _persons(self) -> pa.Array:
        import pyarrow as pa

        share = self.scenario.defects.get("missing_ids", 0.0)
        mask = self.draws.uniform("id missing") < share if share else None
        return pa.array(self.stays.person).cast(pa.string()) if mask is None else pa.array(self.stays.person, mask=mask).cast(pa.string())

    def _left(self) -> pa.Array:
        """When the person left, as recorded: posted at one of a few hours, or days before the booking, where those defects are on."""
        import numpy as np

        s, defects = self.stays, self.scenario.defects
        at = s.left
        if share := defects.get("posted_hours", 0.0):
            day = self.days.day_of(self.zone, at)
            hour = np.array(POSTED)[(self.draws.uniform("posted hour") * len(POSTED)).astype(np.int64)]
            posted = self.days.instant(self.zone, day, hour * HOUR)
            # A posted hour is an hour of the local clock, also on the day of a clock change.
            at = np.where(self.draws.uniform("posted") < share, posted, at)
        if share := defects.get("wrong_order", 0.0):
            at = np.where(self.draws.uniform("wrong order") < share, s.booked - 2 * DAY, at)
        return self._time(at, "left")

    def _time(self, at: Ints, purpose: str, *, mask: Any = None, zone: Ints | None = None) -> pa.Array:
        """A column of times: instants, or texts of instants and dates where some rows have only a date."""
        import numpy as np
        import pyarrow as pa

        share = self.scenario.defects.get("dates_only", 0.0)
        if not share and not (self.scenario.defects.get("posted_hours", 0.0) and purpose == "left"):
            return pa.array(at.astype("datetime64[s]"), pa.timestamp("s", "UTC"), mask=mask)
        zone = self.zone if zone is None else zone
        many = len(at)
        safe = np.where(mask, self.days.midnights[0, 0], at) if mask is not None else at
        day = self.days.day_of(zone, safe)
        midnight = self.days.midnights[zone, day]
        dates = np.datetime_as_string(np.datetime64(self.days.first.isoformat()) + day, unit="D")
        only = np.zeros(many, dtype=bool)
        if share:
            only = self.draws.uniform(f"{purpose} as a date")[:many] < share
        clock = safe - midnight
        texts = np.where(only, dates, _texted(safe))
        if purpose == "left" and self.scenario.defects.get("posted_hours", 0.0):
            posted = np.isin(clock, [h * HOUR for h in POSTED])
            local = np.char.add(np.char.add(dates, " "), np.char.add(np.char.zfill((clock // HOUR).astype(str), 2), ":00"))
            texts = np.where(posted & ~only, local, texts)
        return pa.array(texts.astype(object), pa.string(), mask=mask)

    def _or_never(self, at: Ints, when: Any, came: Any) -> pa.Array:
        import numpy as np
        import pyarrow as pa

        found = np.full(self.size, None, dtype=object)
        found[came] = np.where(when[came], _texted(at[came]), "never")
        return pa.array(found, pa.string())


def _texted(at: Ints) -> Any:
    import numpy as np

    return np.char.add(np.datetime_as_string(at.astype("datetime64[s]")), "Z")


def _instants(at: Ints) -> pa.Array:
    import pyarrow as pa

    return pa.array(at.astype("datetime64[s]"), pa.timestamp("s", "UTC"))


def _flag(size: int, rows: Ints) -> NDArray[np.bool_]:
    import numpy as np

    found = np.zeros(size, dtype=bool)
    found[rows] = True
    return found


def _spread(size: int, rows: Ints, values: Any, empty: Any) -> Any:
    """Values of some rows among all."""
    import numpy as np

    found = np.full(size, empty, dtype=np.asarray(values).dtype if len(rows) else np.asarray(empty).dtype)
    found[rows] = values
    return found


def _texts(size: int, rows: Ints, values: Any) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    found = np.full(size, None, dtype=object)
    found[rows] = values
    return pa.array(found, pa.string())


def _words(names: Sequence[str], numbers: Any) -> pa.Array:
    """Words by number, as a dictionary: a column of a few words costs little."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), pa.array(list(names), pa.string()))


def _nulled(names: Sequence[str], numbers: Any) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(numbers, 0), pa.int32(), mask=numbers < 0), pa.array(list(names), pa.string()))


__all__ = ["POSTED", "Chunk", "map_text"]

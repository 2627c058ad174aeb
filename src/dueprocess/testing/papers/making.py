"""Made-up papers by choice: who and what they are about, what is filled in, ticked, signed and served."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dueprocess.testing.papers.forms import Form, form, names
from dueprocess.testing.papers.paper import STYLES, Paper
from dueprocess.testing.source import Source

SURNAMES = ("SPECIMEN", "EXAMPLE", "SAMPLE", "MUSTER", "PLACEHOLDER", "FICTA", "MOCKUP", "DUMMYSON", "NONESUCH", "PROTOTYPE")
GIVEN = ("Testa", "Probo", "Demo", "Ficto", "Nemo", "Exempla", "Mocka", "Trial", "Draft", "Sampla")
OFFICERS = ("T. TESTBADGE", "A. MADEUP", "F. FICTIVE", "Q. SAMPLER", "N. INVENTED", "P. PRETEND")
TITLES = {
    "immigration_officer": (
        "Deportation Officer", "Supervisory Detention and Deportation Officer", "Immigration Enforcement Agent", "Assistant Field Office Director",
        "Supervisory Special Agent", "Field Office Director",
    ),
    "immigration_judge": ("Immigration Judge",),
    "judge": ("United States Magistrate Judge", "United States District Judge"),
    "clerk": ("Clerk of Court", "Deputy Clerk"),
    "none": ("Administrative Assistant",),
}  # fmt: skip
STATE_TITLES = {"judge": ("Circuit Court Judge", "Judge of the Superior Court"), "clerk": ("Clerk of the Circuit Court", "Deputy Clerk")}
COUNTIES = (("Clackamas", "Oregon"), ("Multnomah", "Oregon"), ("Lehigh", "Pennsylvania"), ("Polk", "Iowa"), ("Travis", "Texas"), ("Kent", "Michigan"))
OFFICES = (
    ("ICE Enforcement and Removal Operations", "1 Fictive Plaza, Suite 100", "Sampleville, ZZ 00000"),
    ("U.S. Immigration and Customs Enforcement", "22 Placeholder Street", "Mocktown, ZZ 00001"),
    ("U.S. Customs and Border Protection, Border Patrol", "9 Example Road", "Testburg, ZZ 00002"),
)
OFFENSES = ("driving while suspended", "theft III", "criminal trespass", "harassment", "assault IV", "possession")
LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True, slots=True)
class About:
    """The made-up stay that papers are about: one person, one jail, one office."""

    number: int
    surname: str
    given: str
    born: date
    file_no: str
    booking_no: str
    county: str
    state: str
    office: tuple[str, str, str]
    booked: date

    @property
    def name(self) -> str:
        return f"{self.surname}, {self.given}"

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.surname.title()}"


def random_about(source: Source, *, booked: date | None = None) -> About:
    """Someone who does not exist, in a jail that never held them."""
    county, state = source.choice(COUNTIES)
    number = source.integer(0, 999_999)
    return About(
        number=number,
        surname=source.choice(SURNAMES),
        given=source.choice(GIVEN),
        born=date(1960, 1, 1) + timedelta(days=source.integer(0, 15_000)),
        file_no=f"A000 {number // 1000:03d} {number % 1000:03d}",
        booking_no=f"{source.integer(10, 26)}-{source.integer(0, 99999):05d}",
        county=county,
        state=state,
        office=source.choice(OFFICES),
        booked=booked or date(2011, 1, 1) + timedelta(days=source.integer(0, 5_500)),
    )


def random_paper(source: Source, kind: str | None = None, *, about: About | None = None, spoil: float = 0.15) -> Paper:
    """A filled-in paper.

    Args:
        source: where the choices come from.
        kind: the name of a form (``i-247a_2017-02``) or a paper kind of a case file (``i-247a``); else any form.
        about: whom it is about; else someone new.
        spoil: how often each thing that can be wrong is wrong: unsigned, no box ticked, not served.

    Raises:
        KeyError: there is no such form or kind.
    """
    choices = [n for n in names() if kind is None or n == kind] or [n for n in names() if form(n).kind == kind]
    if not choices:
        raise KeyError(kind)
    template = form(source.choice(choices))
    return filled(template, source, about=about, spoil=spoil)


def filled(template: Form, source: Source, *, about: About | None = None, spoil: float = 0.0) -> Paper:
    """A copy of this form, filled in."""
    day = _day(template, source)
    who = about or random_about(source, booked=day - timedelta(days=source.integer(0, 3)))
    role = source.choice(template.listed("signer") or ("none",))
    served = bool(template.listed("served")) and not source.chance(max(spoil, 0.02) * 2)
    ticked = set(template.listed("usual"))
    if template.listed("one_of") and not source.chance(spoil):
        ticked.add(source.choice(template.listed("one_of")))
        ticked |= {key for key in template.listed("one_of") if source.chance(0.2)}
    for group in (template.listed("and_one_of"), template.listed("exactly_one")):
        if group and not source.chance(spoil):
            ticked.add(source.choice(group))
    ticked |= {key for key in template.listed("rarely") if source.chance(0.05)}
    ticked |= {key for key in template.listed("perhaps") if source.chance(0.4)}
    for key in template.listed("usual"):
        if source.chance(spoil * 0.5):
            ticked.discard(key)
    if served and template.listed("served") != ("yes",):
        ticked.add(source.choice(template.listed("served")[:2]))
    values, dates = _values(template, source, who, role=role, day=day, served=served, ticked=ticked)
    style = source.choice(STYLES)
    return Paper(
        name=template.name,
        values=values,
        ticked=frozenset(ticked),
        marks={key: style if source.chance(0.8) else source.choice(STYLES) for key in template.boxes if key in ticked},
        drawn=_drawn(template, source, served=served, returned="arrested_on" in values, spoil=spoil),
        signer=role,
        dates=dates,
        pages=len(template.pages) if source.chance(0.5) else 1,
        typeface=source.choice(("Helvetica", "Courier", "Times-Roman")),
        seed=str(source.integer(0, 2**31)),
        person=who.number,
    )


def random_packet(source: Source, *, kinds: Sequence[str] | None = None, spoil: float = 0.15) -> tuple[Paper, ...]:
    """Papers of one person as a fax brings them: mostly a cover sheet, one detainer, and what came with it.

    ``kinds``: names of forms or kinds, in order, instead. Some packets name another person on one paper.
    """
    about = random_about(source)
    if kinds is None:
        kinds = [
            *(["fax_cover"] if source.chance(0.5) else []),
            source.choice([n for n in names() if form(n).kind.startswith("i-247")]),
            *(k for k, often in (("i-200_2016-09", 0.5), ("i-205", 0.25), ("judicial_warrant_criminal", 0.1), ("immigration_judge_order", 0.15), ("i-862", 0.1)) if source.chance(often)),
        ]
    other = random_about(source) if len(kinds) > 1 and source.chance(spoil * 0.5) else None
    found = [random_paper(source, kind, about=about, spoil=spoil) for kind in kinds]
    if other is not None:
        found[-1] = random_paper(source, kinds[-1], about=other, spoil=spoil)
    return tuple(found)


def _day(template: Form, source: Source) -> date:
    """A day on which this edition was in use, and now and then one after it had ended."""
    first = date.fromisoformat(template.head.get("from", "2012-01-01"))
    last = date.fromisoformat(template.head["until"]) if "until" in template.head else LAST_DAY
    if last < LAST_DAY and source.chance(0.05):
        first, last = last, min(LAST_DAY, last + timedelta(days=700))
    return first + timedelta(days=source.integer(0, max(1, (last - first).days)))


def _drawn(template: Form, source: Source, *, served: bool, returned: bool, spoil: float) -> frozenset[str]:
    found = set()
    for key in template.signatures:
        if key in ("signature", "judge_signature"):
            often = 1.0 - spoil
        elif key == "return_signature":
            often = 0.97 if returned else 0.0
        elif key in ("service_signature", "lea_signature"):
            often = 0.97 if served else 0.05
        else:
            often = 0.4
        if source.chance(often):
            found.add(key)
    return frozenset(found)


def _values(
    template: Form, source: Source, who: About, *, role: str, day: date, served: bool, ticked: set[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What is written into the blanks, and the days meant."""
    state = template.head.get("court_of") == "state"
    title = source.choice((STATE_TITLES if state else TITLES).get(role, TITLES[role]))
    officer = source.choice(OFFICERS)
    written = source.choice((_slashes, _slashes, _short, _words))
    days = {
        "date": day,
        "signed_on": day,
        "issued_on": day,
        "served_on": day + timedelta(days=source.integer(0, 2)),
        "received_on": day,
        "arrested_on": day + timedelta(days=source.integer(0, 9)),
        "returned_on": day + timedelta(days=10),
        "cancel_date": day - timedelta(days=source.integer(1, 60)),
        "est_release": day + timedelta(days=source.integer(1, 30)),
        "latest_charge_date": who.booked,
        "hearing_on": day + timedelta(days=source.integer(20, 200)),
        "order_on": day - timedelta(days=source.integer(30, 2000)),
        "entered_on": day - timedelta(days=source.integer(2000, 6000)),
        "nta_served_on": day - timedelta(days=source.integer(0, 5)),
        "warrant_served_on": day - timedelta(days=source.integer(0, 5)),
        "booked_on": who.booked,
        "hearing_date": day,
        "failed_on": day - timedelta(days=source.integer(5, 40)),
        "until_on": day + timedelta(days=source.integer(2, 30)),
        "sworn_on": day,
        "appeal_due": day - timedelta(days=1),
        "dob": who.born,
    }
    office = "\n".join(who.office)
    jail = f"{who.county} County Jail"
    agency = f"Sheriff, {who.county} County"
    fills: dict[str, Callable[[], str]] = {
        "subject_id": lambda: str(source.integer(300_000_000, 399_999_999)),
        "event_no": lambda: f"ZZZ{source.integer(10, 26)}{source.integer(0, 9_999_999):07d}",
        "file_no": lambda: who.file_no,
        "to": lambda: f"{agency}\n{jail}, 1 Made-up Way\nNowhere, ZZ 00003",
        "institution": lambda: f"{jail}, 1 Made-up Way",
        "from": lambda: office,
        "name": lambda: who.name,
        "full_name": lambda: who.full_name,
        "citizenship": lambda: source.choice(("RURITANIA", "FREEDONIA", "ZENDA", "SYLVANIA")),
        "sex": lambda: source.choice(("M", "F")),
        "ice_phone": lambda: f"(555) 555-{source.integer(100, 199):04d}",
        "cbp_phone": lambda: "(555) 555-0123",
        "phone": lambda: f"(555) 555-{source.integer(100, 199):04d}",
        "phone_after": lambda: f"(555) 555-{source.integer(100, 199):04d}",
        "fax": lambda: f"(555) 555-{source.integer(100, 199):04d}",
        "return_to": lambda: f"(555) 555-{source.integer(100, 199):04d}",
        "officer": lambda: f"{officer}, {title}",
        "printed_name": lambda: f"{officer}, {title}",
        "signer_title": lambda: title,
        "officer_name": lambda: officer,
        "lea_officer": lambda: f"Dep. {source.choice(OFFICERS)}",
        "service_officer": lambda: f"Dep. {source.choice(OFFICERS)}" if served else "",
        "local_booking_no": lambda: who.booking_no,
        "last_offense": lambda: source.choice(OFFENSES),
        "offense": lambda: source.choice(OFFENSES),
        "county": lambda: who.county.upper() if template.head.get("font") == "serif" else who.county,
        "state": lambda: who.state,
        "location": lambda: f"{jail}, {who.state}",
        "arrest_place": lambda: f"Sampleville, {who.state}",
        "return_officer": lambda: f"Dep. {source.choice(OFFICERS)}",
        "city_state": lambda: f"Sampleville, {who.state}",
        "office": lambda: ", ".join(who.office[1:]),
        "language": lambda: source.choice(("English", "Spanish")),
        "case_no": lambda: _case_number(template, source, day),
        "court": lambda: f"District of {who.state}" if not state else "",
        "district": lambda: who.state.upper(),
        "bail": lambda: f"${source.integer(1, 40) * 500:,}",
        "pages": lambda: str(source.integer(2, 9)),
        "booking_time": lambda: f"{source.integer(0, 23):02d}:{source.integer(0, 59):02d}",
        "served_other_text": lambda: "",
        "statute": lambda: source.choice(("18 U.S.C. § 1028(a)(4)", "21 U.S.C. § 841(a)(1)", "18 U.S.C. § 922(g)(1)")),
        "provisions": lambda: source.choice(("INA § 212(a)(6)(A)(i)", "INA § 237(a)(1)(B)", "INA § 212(a)(9)(A)(ii)")),
        "place_of_entry": lambda: "an unknown place",
        "judge_name": lambda: f"Hon. {source.choice(OFFICERS).title()}",
        "specify": lambda: "",
        # An I-247A says it comes with a warrant; whether it does is another matter.
        "remark": lambda: "See attached Form I-200, Warrant for Arrest of Alien." if source.chance(0.3) else "",
        "served_name": lambda: who.name if served else "",
        "interpreter": lambda: "",
        "service_location": lambda: f"{jail}" if served else "",
        "service_time": lambda: "09:30" if served else "",
        "office_date": lambda: f"{written(day)}, {who.office[1]}",
        "nature": lambda: "removal proceedings",
        "remarks": lambda: "",
        "hearing_place": lambda: "1 Fictive Plaza, Room 3",
        "hearing_time": lambda: "08:30",
        "appeal": lambda: source.choice(("Waived", "Reserved")),
        "county_again": lambda: who.county,
        "affiant": lambda: f"Officer {officer}",
        "pc_facts": lambda: "the records name the same person.",
        "paper_served": lambda: source.choice(("Form I-247A", "Form I-247D", "Form I-200")),
        "housing": lambda: f"{source.choice('ABCD')}-{source.integer(1, 30)}",
        "arresting_agency": lambda: f"{who.county} County Sheriff",
        **face_sheet(source, who, written),
    }
    values: dict[str, str] = {}
    dates: dict[str, str] = {}
    # Most warrants that come by fax have not been carried out: their return is blank.
    returned = "arrested_on" in template.texts and source.chance(0.2)
    for key in template.texts:
        if key in _OF_THE_RETURN and not returned:
            continue
        if key in days:
            if (key in ("served_on", "served_by") and not served) or (key == "cancel_date" and "cancel" not in ticked and template.head.get("cancels") != "always"):
                continue
            if key in ("nta_served_on", "warrant_served_on") and key.removesuffix("_served_on") not in {k.split("_")[-1] for k in ticked}:
                continue
            dates[key] = days[key].isoformat()
            values[key] = written(days[key])
        elif key in fills:
            value = fills[key]()
            if value:
                values[key] = value
    return values, dates


def face_sheet(source: Source, who: About, written: Callable[[date], str]) -> dict[str, Callable[[], str]]:
    """The blanks of a jail's face sheet: one or two charges, bail, perhaps a sentence, perhaps a release."""
    two, sentenced, released = source.chance(0.5), source.chance(0.3), source.chance(0.6)
    left = who.booked + timedelta(days=source.integer(2, 40))
    refused = source.chance(0.3)

    def stamp(day: date) -> str:
        return f"{written(day)} {source.integer(0, 23):02d}:{source.integer(0, 59):02d}"

    def case_number() -> str:
        return f"{who.booked.year % 100:02d}CR{source.integer(0, 99999):05d}"

    return {
        "booked_stamp": lambda: stamp(who.booked),
        "charge_1": lambda: source.choice(OFFENSES).upper(),
        "charge_case_1": case_number,
        "charge_bail_1": lambda: f"${source.integer(1, 40) * 500:,}",
        "charge_disposition_1": lambda: "SENTENCED" if sentenced else source.choice(("PENDING", "DISMISSED", "PENDING")),
        "charge_2": lambda: source.choice(OFFENSES).upper() if two else "",
        "charge_case_2": lambda: case_number() if two else "",
        "charge_bail_2": lambda: f"${source.integer(1, 40) * 500:,}" if two else "",
        "charge_disposition_2": lambda: "PENDING" if two else "",
        "bail_status": lambda: "Refused: ICE hold" if refused else source.choice(("Set", "Not posted")),
        "bail_refused_stamp": lambda: stamp(who.booked + timedelta(days=1)) if refused else "",
        "sentence_begin": lambda: written(who.booked + timedelta(days=1)) if sentenced else "",
        "sentence_end": lambda: written(left) if sentenced else "",
        "holds": lambda: source.choice(("NONE", "ICE DETAINER", "")),
        "scheduled_release": lambda: written(left) if sentenced else "",
        "released_stamp": lambda: stamp(left) if released else "",
        "released_to": lambda: source.choice(("SELF", "ICE", "COMMUNITY", "US IMMIGRATION")) if released else "",
        "release_reason": lambda: source.choice(("TIME SERVED", "BAIL POSTED", "CHARGES DISMISSED", "COURT ORDER")) if released else "",
    }


_OF_THE_RETURN = ("received_on", "arrested_on", "arrest_place", "returned_on", "return_officer")


def _case_number(template: Form, source: Source, day: date) -> str:
    number = source.integer(100, 9999)
    if template.head.get("court_of") == "state":
        return f"{day.year % 100:02d}CR{number:05d}"
    return f"{source.integer(1, 5)}:{day.year % 100:02d}-{template.head.get('docket', 'cr')}-{number:05d}-ZZ"


def _slashes(day: date) -> str:
    return day.strftime("%m/%d/%Y")


def _short(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year % 100:02d}"


def _words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def with_(paper: Paper, **changes: object) -> Paper:
    """The paper with some of its fields replaced; ``values`` are merged."""
    from dataclasses import replace

    if isinstance(changes.get("values"), Mapping):
        changes["values"] = {**paper.values, **changes["values"]}  # type: ignore[dict-item]
    return replace(paper, **changes)  # type: ignore[arg-type]

"""The forms as printed: titles, footers, labels, boxes, quoted exactly. What a label means for a case stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

PLACES = ("right", "above", "below", "inline", "before")
"""Where a value stands, seen from its label; ``inline``: between the label and the words that follow it; ``before``:
in the same sentence before it, or above it."""


@dataclass(frozen=True, slots=True)
class Label:
    """One printed label and what is written at it. ``kind``: date, title, text, number, file_number, name, ink, office, agency."""

    key: str
    printed: str
    kind: str = "text"
    place: str = "right"
    until: str = ""
    """For ``inline``: the printed words after the blank."""
    rows: float = 1.0
    """For ``above`` and ``below``: how many rows of print the value may take."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One check-box: ``box`` is its name in a case file, or a name of ours that starts with a colon."""

    box: str
    printed: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One printing: its footer as (month, year), when it came into use and when the next took its place (ISO dates)."""

    name: str
    month: int
    year: int
    used_from: str
    used_until: str | None
    wording: tuple[str, ...] = ()
    """Words that together only this edition of the form has."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of paper. ``numbers`` are the form numbers in its footer; a paper of a court has none."""

    kind: str
    titles: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = ()
    anchors: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    ticks: tuple[Tick, ...] = ()
    continued: tuple[str, ...] = ()
    """Words by which a later page of it is known."""
    judge: bool = False


def _detainer_labels(person: str) -> tuple[Label, ...]:
    return (
        Label("file_no", "File No:", "file_number"),
        Label("date", "Date:", "date"),
        Label("to", "TO: (Name and Title of Institution - OR Any Subsequent Law Enforcement Agency)", "agency", "below", rows=3),
        Label("from", "FROM: (DHS Office Address)", "office", "below", rows=3),
        Label("from", "FROM: (Department of Homeland Security Office Address)", "office", "below", rows=3),
        Label("to", "TO: (Name and Title of Institution or Any Subsequent Law Enforcement Agency)", "agency", "below", rows=3),
        Label("from", "FROM: (ICE Office Address)", "office", "below", rows=3),
        Label("name", person, "name"),
        Label("officer", "(Title of INS official)", "title", "above"),
        Label("signature", "(Signature of INS official)", "ink", "above"),
        Label("-origin", "Nationality:"),
        Label("officer", "(Name and title of Immigration Officer)", "title", "above"),
        Label("signature", "(Signature of Immigration Officer)", "ink", "above"),
        Label("served_on", f"This form was served upon the {'alien' if 'Alien' in person else 'subject'} on", "date", "inline", until=", in the following manner:"),
        Label("estimated_release", "Estimated release date/time:", "moment"),
        Label("estimated_release", "Estimated release: (date)", "date"),
        Label("lea_signature", "(Signature of Officer)", "ink", "above"),
        # They end other values; what stands at them is not read.
        Label("-subject_id", "Subject ID:"),
        Label("-event_no", "Event #:"),
        Label("-dob", "Date of Birth:"),
        Label("-origin", "Citizenship:"),
        Label("-origin", "Suspected Citizenship:"),
        Label("-sex", "Sex:"),
        Label("-booking", "Local Booking/Inmate #:"),
        Label("-charge", "Date of latest criminal charge/conviction:"),
        Label("-charge", "Latest criminal charge/conviction: (date)"),
        Label("-offense", "Last offense charged/conviction:"),
        Label("-offense", "Last criminal charge/conviction:"),
        Label("-lea_officer", "(Name and title of Officer)"),
    )


_ALIEN = _detainer_labels("Name of Alien:")
_SUBJECT = _detainer_labels("Name of Subject:")


def _cause(person: str) -> tuple[Tick, ...]:
    tail = f"the {person} either lacks immigration status or notwithstanding such status is removable under U.S. immigration law"
    return (
        Tick("final_order", f"a final order of removal against the {person};"),
        Tick("pending_proceedings", f"the pendency of ongoing removal proceedings against the {person};"),
        Tick("biometric", f"biometric confirmation of the {person}'s identity and a records check of federal databases that affirmatively indicate, by themselves or in addition to other reliable information, that {tail}; and/or"),
        Tick("statements", f"statements made by the {person} to an immigration officer and/or other reliable evidence that affirmatively indicate {tail}."),
    )


def _lent(person: str) -> Tick:
    return Tick("transferred", f"DHS TRANSFERRED THE {person.upper()} TO YOUR CUSTODY FOR A PROCEEDING OR INVESTIGATION")


def _manners(person: str) -> tuple[Tick, ...]:
    return (Tick(":in_person", "in person"), Tick(":by_mail", "by inmate mail delivery"), Tick(":other_manner", "other (please specify):"))


def _cancel(person: str, what: str = "detainer") -> Tick:
    return Tick(":cancels", f"If checked: please cancel the {what} related to this {person} previously submitted to you on")


_CANCELS_ALIEN = Label("cancels_of", "please cancel the detainer related to this alien previously submitted to you on", "date", "inline", until="(date)")
_CANCELS_SUBJECT = Label("cancels_of", "please cancel the detainer related to this subject previously submitted to you on", "date", "inline", until="(date)")
_CANCELS_NOTICE = Label("cancels_of", "please cancel the notification request related to this subject previously submitted to you on", "date", "inline", until="(date)")
_CANCELS_REQUEST = Label("cancels_of", "please cancel the request related to this subject previously submitted to you on", "date", "inline", until="(date)")
_CANCELS_RELEASE = Label("cancels_of", "please cancel the request related to this alien previously submitted to you on", "date", "inline", until="(date)")
_CANCELS_SERVICE = Label("cancels_of", "Please cancel the detainer previously placed by this Service on", "date", "inline", until=".")
_CANCELS_OLD = Label("cancels_of", "Cancel the detainer previously placed by this Office on", "date", "inline", until="(date)")

_PRIORITIES = (
    Tick("priority", "has engaged in or is suspected of terrorism or espionage, or otherwise poses a danger to national security"),
    Tick("priority", "has been convicted of an offense of which an element was active participation in a criminal street gang"),
    Tick("priority", "has been convicted of a \"significant misdemeanor,\""),
    Tick("priority", "has been convicted of 3 or more misdemeanors"),
    Tick("priority", "engaged in or suspected of terrorism or espionage, or otherwise poses a danger to national security"),
    Tick("priority", "has been convicted of an offense an element of which was active participation in a criminal street gang"),
    Tick("priority", "has been convicted of an offense classified as a felony"),
    Tick("priority", "has been convicted of an aggravated felony"),
    Tick("priority", "has been convicted of a significant misdemeanor"),
    Tick("priority", "has been convicted of three or more misdemeanors"),
)

_FOUR = (
    Tick("investigation", "Initiated an investigation to determine whether this person is subject to removal from the United States"),
    Tick("charging_document", "Initiated removal proceedings and served a Notice to Appear or other charging document"),
    Tick("warrant_served", "Served a warrant of arrest for removal proceedings"),
    Tick("final_order", "Obtained an order of deportation or removal from the United States for this person"),
    # The printing of 1997.
    Tick("investigation", "Investigation has been initiated to determine whether this person is subject to removal from the United States"),
    Tick("charging_document", "A Notice to Appear or other charging document initiating removal proceedings, a copy of which is attached, was served on"),
    Tick("warrant_served", "A warrant of arrest in removal proceedings, a copy of which is attached, was served on"),
    Tick("final_order", "Deportation or removal from the United States has been ordered"),
)
_CONVICTION = Tick("on_conviction", "Consider this request for a detainer operative only upon the subject's conviction")
_OLD_CANCEL = Tick(":cancels", "Cancel the detainer previously placed by this Office on")

_ADMIN = (
    Label("file_no", "File No.", "file_number"),
    Label("date", "Date:", "date"),
)

_COURT = (
    Label("case_no", "Case No.", "number"),
    Label("case_no", "Case Number:", "number"),
    Label("case_no", "Docket No.", "number"),
    Label("date", "Date:", "date"),
    Label("date", "Date", "date", "above"),
    Label("date", "DATED this day:", "date"),
    Label("signature", "Issuing officer's signature", "ink", "above"),
    Label("signature", "Judge's signature", "ink", "above"),
    Label("signature", "(Signature of the judge)", "ink", "above"),
    Label("signature", "Signature of Judge", "ink", "above"),
    Label("signature", "(Signature)", "ink", "above"),
    Label("officer", "Printed name and title", "title", "above"),
    Label("officer", "(Name and title)", "title", "above"),
    Label("arrested_on", "and the person was arrested on (date)", "date", "inline", until="at (city and state)"),
    Label("return_signature", "Arresting officer's signature", "ink", "above"),
    Label("-received", "This warrant was received on (date)"),
    Label("-affiant", "(Signature of affiant)"),
    Label("-city", "City and state"),
)

FORMS: tuple[Form, ...] = (
    Form(
        kind="i-247",
        titles=("IMMIGRATION DETAINER - NOTICE OF ACTION",),
        numbers=("247",),
        editions=(
            Edition("1997-04", 4, 1997, "1997-04-01", "2010-08-01", ("Immigration and Naturalization Service", "require that you detain the alien for a period not to exceed 48 hours")),
            Edition("2010-08", 8, 2010, "2010-08-01", "2011-06-01"),
            Edition("2011-06", 6, 2011, "2011-06-01", "2011-12-29"),
            Edition("2011-12", 12, 2011, "2011-12-29", "2012-12-21", ("Consider this request for a detainer operative only upon the subject's conviction", "Initiated an investigation to determine whether this person is subject to removal")),
            Edition("2012-12", 12, 2012, "2012-12-21", "2015-07-01", ("Determined that there is reason to believe the individual is an alien subject to removal from the United States",)),
        ),
        anchors=(
            "Initiated an investigation to determine whether this person is subject to removal",
            "Investigation has been initiated to determine whether this person is subject to removal",
            "A warrant of arrest in removal proceedings, a copy of which is attached, was served on",
            "MAINTAIN CUSTODY OF ALIEN FOR A PERIOD NOT TO EXCEED 48 HOURS",
            "Served a warrant of arrest for removal proceedings",
            "Obtained an order of deportation or removal from the United States for this person",
            "Determined that there is reason to believe the individual is an alien subject to removal",
            "Consider this request for a detainer operative only upon the subject's conviction",
        ),
        labels=(
            *_ALIEN, Label("name", "Name of Subject:", "name"), _CANCELS_OLD, _CANCELS_SERVICE,
            Label("to", "To: (Name and title of institution)", "agency", "below", rows=3),
            Label("from", "From: (INS office address)", "office", "below", rows=3),
        ),
        ticks=(
            *_FOUR,
            Tick("reason_to_believe", "Determined that there is reason to believe the individual is an alien subject to removal from the United States"),
            Tick(":hold", "Maintain custody of the subject for a period NOT TO EXCEED 48 HOURS, excluding Saturdays, Sundays, and holidays"),
            _CONVICTION,
            _OLD_CANCEL,
            Tick(":cancels", "Please cancel the detainer previously placed by this Service on"),
        ),
        continued=("NOTICE TO THE DETAINEE",),
    ),
    Form(
        kind="i-247d",
        titles=("IMMIGRATION DETAINER - REQUEST FOR VOLUNTARY ACTION",),
        numbers=("247d",),
        editions=(Edition("2015-05", 5, 2015, "2015-06-12", "2017-04-02"),),
        anchors=("A. THE SUBJECT IS AN IMMIGRATION ENFORCEMENT PRIORITY BECAUSE HE/SHE:", "B. PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN"),
        labels=(*_SUBJECT, _CANCELS_SUBJECT),
        ticks=(*_PRIORITIES, *_cause("subject"), _lent("subject"), _cancel("subject"), *_manners("subject")),
        continued=("NOTICE TO THE DETAINEE",),
    ),
    Form(
        kind="i-247n",
        titles=("REQUEST FOR VOLUNTARY NOTIFICATION OF RELEASE OF SUSPECTED PRIORITY ALIEN",),
        numbers=("247n",),
        editions=(Edition("2015-05", 5, 2015, "2015-06-12", "2017-04-02"),),
        anchors=("DHS SUSPECTS",),
        labels=(*_SUBJECT, _CANCELS_NOTICE),
        ticks=(*_PRIORITIES, _cancel("subject", "notification request")),
    ),
    Form(
        kind="i-247x",
        titles=("REQUEST FOR VOLUNTARY TRANSFER",),
        numbers=("247x",),
        editions=(Edition("2015-05", 5, 2015, "2015-06-12", "2017-04-02"),),
        anchors=(),
        labels=(*_SUBJECT, _CANCELS_REQUEST),
        ticks=(*_cause("subject"), _lent("subject"), _cancel("subject", "request"), *_manners("subject")),
        continued=("NOTICE TO THE DETAINEE",),
    ),
    Form(
        kind="i-247a",
        titles=("IMMIGRATION DETAINER - NOTICE OF ACTION",),
        numbers=("247a",),
        editions=(
            Edition("2017-02", 2, 2017, "2017-04-02", None, ("FROM: (DHS Office Address)",)),
            Edition("2017-03", 3, 2017, "2017-04-02", None, ("FROM: (Department of Homeland Security Office Address)",)),
        ),
        anchors=(
            "DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN",
            "biometric confirmation of the alien's identity and a records check of federal databases",
            "The alien must be served with a copy of this form for the detainer to take effect",
            "Relay this detainer to any other law enforcement agency to which you transfer custody of the alien",
        ),
        labels=(*_ALIEN, _CANCELS_ALIEN),
        ticks=(*_cause("alien"), _lent("alien"), _cancel("alien"), *_manners("alien")),
        continued=("NOTICE TO THE DETAINEE",),
    ),
    Form(
        kind="i-247g",
        titles=("REQUEST FOR ADVANCE NOTIFICATION OF RELEASE",),
        numbers=("247g",),
        editions=(Edition("2025-03", 3, 2025, "2025-03-04", None),),
        labels=(*_ALIEN, Label("name", "Name of Subject:", "name"), _CANCELS_RELEASE),
        ticks=(_cancel("alien", "request"),),
    ),
    Form(
        kind="i-200",
        titles=("WARRANT FOR ARREST OF ALIEN",),
        numbers=("200",),
        editions=(Edition("2016-09", 9, 2016, "2016-09-01", None, ("the execution of a charging document to initiate removal proceedings against the subject",)),),
        anchors=("to serve warrants of arrest for immigration violations", "YOU ARE COMMANDED to arrest and take into custody for removal proceedings under the Immigration and Nationality Act"),
        labels=(
            *_ADMIN,
            Label("name", "I have determined that there is probable cause to believe that", "name", "inline", until="is removable from the United States"),
            Label("signature", "(Signature of Authorized Immigration Officer)", "ink", "above"),
            Label("officer", "(Printed Name and Title of Authorized Immigration Officer)", "title", "above"),
            Label("officer", "(Print name and title of official)", "title", "above"),
            Label("name", "it appears that there is reason to believe that the alien", "name", "inline", until="is within the country"),
            Label("served_on", "(Date of Service)", "date", "before"),
            Label("-name", "(Name of Alien)"),
            Label("-location", "(Location)"),
            Label("-language", "(Language)"),
            Label("-server", "Name and Signature of Officer"),
            Label("-interpreter", "Name or Number of Interpreter (if applicable)"),
        ),
        ticks=(
            Tick(":charging", "the execution of a charging document to initiate removal proceedings against the subject;"),
            Tick(":pending", "the pendency of ongoing removal proceedings against the subject;"),
            Tick(":deferred", "the failure to establish admissibility subsequent to deferred inspection;"),
            Tick(":biometric", "biometric confirmation of the subject's identity and a records check of federal databases that affirmatively indicate"),
            Tick(":statements", "statements made voluntarily by the subject to an immigration officer and/or other reliable evidence"),
        ),
    ),
    Form(
        kind="i-205",
        titles=("WARRANT OF REMOVAL/DEPORTATION",),
        numbers=("205",),
        anchors=("To any immigration officer of the United States Department of Homeland Security:", "is subject to removal/deportation from the United States, based upon a final order by:"),
        labels=(
            Label("file_no", "File No:", "file_number"),
            Label("date", "Date:", "date"),
            Label("name", "(Full name of alien)", "name", "above"),
            Label("signature", "(Signature of immigration officer)", "ink", "above"),
            Label("officer", "(Title of immigration officer)", "title", "above"),
            Label("signed_on", "(Date and office location)", "text", "above"),
        ),
        ticks=(
            Tick(":by_immigration_judge", "an immigration judge in exclusion, deportation, or removal proceedings"),
            Tick(":by_official", "a designated official"),
            Tick(":by_board", "the Board of Immigration Appeals"),
            Tick(":by_court", "a United States District or Magistrate Court Judge"),
        ),
    ),
    Form(
        kind="i-203",
        titles=("ORDER TO DETAIN OR RELEASE ALIEN",),
        numbers=("203", "203a"),
        labels=(*_ADMIN, Label("signature", "(Signature of Authorizing Official)", "ink", "above"), Label("officer", "(Name and Title)", "title", "above"), Label("name", "Name of Alien:", "name"), Label("-dob", "Date of Birth:"), Label("-origin", "Nationality:"), Label("-sex", "Sex:")),
        ticks=(Tick(":detain", "Detain"), Tick(":release", "Release")),
    ),
    Form(
        kind="i-862",
        titles=("NOTICE TO APPEAR",),
        numbers=("862",),
        anchors=("In removal proceedings under section 240 of the Immigration and Nationality Act",),
        labels=(*_ADMIN, Label("name", "Respondent:", "name", "inline", until="currently residing"), Label("signature", "(Signature and Title of Issuing Officer)", "ink", "above"), Label("officer", "(Name and Title)", "title", "above"), Label("-subject_id", "Subject ID:")),
    ),
    Form(
        kind="immigration_judge_order",
        titles=("ORDER OF THE IMMIGRATION JUDGE",),
        anchors=("EXECUTIVE OFFICE FOR IMMIGRATION REVIEW", "UNITED STATES IMMIGRATION COURT", "IMMIGRATION COURT"),
        labels=(
            Label("file_no", "FILE NO:", "file_number"),
            Label("date", "Date", "date", "above"),
            Label("signature", "Signature", "ink", "above"),
            Label("officer", "(Title)", "title", "above"),
            Label("name", "IN THE MATTER OF:", "name", "below"),
        ),
        ticks=(
            Tick(":ordered_removed", "The respondent was ordered removed from the United States"),
            Tick(":voluntary", "Respondent's application for voluntary departure was granted"),
            Tick(":terminated", "Proceedings were terminated"),
        ),
    ),
    Form(
        kind="cancellation",
        titles=("CANCELLATION OF IMMIGRATION DETAINER",),
        labels=(
            Label("file_no", "File No:", "file_number"),
            Label("date", "Date:", "date"),
            Label("name", "Name:", "name"),
            _CANCELS_OLD,
            Label("signature", "(Signature of Immigration Officer)", "ink", "above"),
            Label("officer", "(Name and title of Immigration Officer)", "title", "above"),
            Label("-dob", "Date of Birth:"),
            Label("-booking", "Local Booking/Inmate #:"),
        ),
    ),
    Form(
        kind="return_of_service",
        titles=("RETURN OF SERVICE", "PROOF OF SERVICE"),
        labels=(
            Label("name", "Name:", "name"),
            Label("served_paper", "Paper served:", "text"),
            Label("served_on", "I served a copy of the paper named above upon the person named above on", "date", "inline", until=", in the following manner:"),
            Label("signature", "(Signature of Officer)", "ink", "above"),
            Label("-booking", "Local Booking/Inmate #:"),
            Label("-officer", "(Name and title of Officer)"),
        ),
    ),
    Form(
        kind="judicial_warrant",
        titles=("ARREST WARRANT", "BENCH WARRANT", "WARRANT OF ARREST", "WARRANT FOR ARREST", "WARRANT FOR CIVIL IMMIGRATION ARREST"),
        anchors=("YOU ARE COMMANDED to arrest and bring before a United States magistrate judge without unnecessary delay", "To: Any authorized law enforcement officer"),
        labels=(*_COURT, Label("name", "(name of person to be arrested)", "name"), Label("name", "hereby commanded to arrest", "name", "inline", until="forthwith"), Label("name", "the court finds probable cause to believe that", "name", "inline", until="is removable")),
        ticks=(
            Tick(":indictment", "Indictment"),
            Tick(":superseding_indictment", "Superseding Indictment"),
            Tick(":information", "Information"),
            Tick(":superseding_information", "Superseding Information"),
            Tick(":complaint", "Complaint"),
            Tick(":probation", "Probation Violation Petition"),
            Tick(":supervised_release", "Supervised Release Violation Petition"),
            Tick(":violation_notice", "Violation Notice"),
            Tick(":order", "Order of the Court"),
        ),
        judge=True,
    ),
    Form(
        kind="court_order",
        titles=(
            "ORDER OF COMMITMENT", "COMMITMENT ORDER", "ORDER OF DETENTION", "DETENTION ORDER", "WRIT OF HABEAS CORPUS AD PROSEQUENDUM",
            "ORDER TO HOLD PERSON IN CUSTODY", "ORDER OF DETENTION PENDING TRIAL",
        ),
        labels=_COURT,
        judge=True,
    ),
    Form(
        kind="probable_cause_affidavit",
        titles=(
            "AFFIDAVIT OF PROBABLE CAUSE", "PROBABLE CAUSE AFFIDAVIT", "PROBABLE CAUSE DETERMINATION", "FINDING OF PROBABLE CAUSE",
            "AFFIDAVIT AND DETERMINATION OF PROBABLE CAUSE",
        ),
        labels=_COURT,
        ticks=(Tick(":found", "that there is probable cause;"), Tick(":not_found", "that probable cause was not shown.")),
        judge=True,
    ),
)

BY_KIND = {f.kind: f for f in FORMS}
DETAINERS = ("i-247", "i-247a", "i-247d", "i-247g", "i-247n", "i-247x")
BASES = {
    "i-247": ("final_order", "warrant_served", "charging_document", "reason_to_believe", "investigation"),
    "i-247d": ("final_order", "pending_proceedings", "biometric", "statements"),
    "i-247x": ("final_order", "pending_proceedings", "biometric", "statements"),
    "i-247a": ("final_order", "pending_proceedings", "biometric", "statements"),
}
PRINTED: dict[str, tuple[str, ...]] = {
    "i-247": ("final_order", "warrant_served", "charging_document", ":cancels"),
    "i-247d": ("priority", "final_order", "pending_proceedings", "biometric", "statements", "transferred", ":cancels"),
    "i-247x": ("final_order", "pending_proceedings", "biometric", "statements", ":cancels"),
    "i-247a": ("final_order", "pending_proceedings", "biometric", "statements", "transferred", ":cancels"),
    "i-247n": ("priority",),
}
"""The boxes that every printing of a form has: one that was not found on the page is unknown, not blank."""
PRINTED_IN: dict[str, tuple[str, ...]] = {
    "1997-04": ("investigation",),
    "2010-08": ("investigation",),
    "2011-06": ("investigation",),
    "2011-12": ("investigation", "on_conviction"),
    "2012-12": ("reason_to_believe", "on_conviction", ":hold"),
}
"""What some printings of the I-247 have beside."""
NOTICE_ONLY = ("i-247g", "i-247n")
MUST_BE_SERVED = ("i-247a", "i-247d", "i-247x")

TITLES: tuple[tuple[str, str], ...] = (
    # (words of a printed title, who that is); longer ones first, since "judge" stands in several.
    ("immigration judge", "immigration_judge"),
    ("administrative law judge", "immigration_judge"),
    ("united states magistrate judge", "judge"),
    ("us magistrate judge", "judge"),
    ("united states district judge", "judge"),
    ("us district judge", "judge"),
    ("magistrate judge", "judge"),
    ("district judge", "judge"),
    ("circuit judge", "judge"),
    ("superior court judge", "judge"),
    ("circuit court judge", "judge"),
    ("district court judge", "judge"),
    ("judge of the superior court", "judge"),
    ("judge of the circuit court", "judge"),
    ("judge of the district court", "judge"),
    ("deputy clerk", "clerk"),
    ("clerk of the circuit court", "clerk"),
    ("clerk of the superior court", "clerk"),
    ("clerk of court", "clerk"),
    ("clerk of the court", "clerk"),
    ("supervisory detention and deportation officer", "immigration_officer"),
    ("detention and deportation officer", "immigration_officer"),
    ("deportation officer", "immigration_officer"),
    ("immigration enforcement agent", "immigration_officer"),
    ("immigration officer", "immigration_officer"),
    ("immigration inspector", "immigration_officer"),
    ("assistant field office director", "immigration_officer"),
    ("field office director", "immigration_officer"),
    ("supervisory border patrol agent", "immigration_officer"),
    ("patrol agent in charge", "immigration_officer"),
    ("chief patrol agent", "immigration_officer"),
    ("border patrol agent", "immigration_officer"),
    ("supervisory special agent", "immigration_officer"),
    ("special agent", "immigration_officer"),
    ("adjudications officer", "immigration_officer"),
    ("section chief", "immigration_officer"),
    ("unit chief", "immigration_officer"),
)

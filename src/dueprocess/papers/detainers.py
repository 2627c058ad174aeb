"""The forms of the I-247 family as printed: titles, footers, labels, boxes, quoted exactly. What a label means for a case
stands beside it."""

from __future__ import annotations

from dueprocess.papers.printed import Edition, Form, Label, Tick


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
        Label("booking", "Local Booking/Inmate #:", "booking_number"),
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
CANCELS_OLD = Label("cancels_of", "Cancel the detainer previously placed by this Office on", "date", "inline", until="(date)")

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

DETAINER_FORMS: tuple[Form, ...] = (
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
            *_ALIEN, Label("name", "Name of Subject:", "name"), CANCELS_OLD, _CANCELS_SERVICE,
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
)

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

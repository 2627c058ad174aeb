"""The forms that are known, as printed: those of the I-247 family, warrants, orders, papers of a court; quoted exactly."""

from __future__ import annotations

from dueprocess.papers.detainers import CANCELS_OLD, DETAINER_FORMS
from dueprocess.papers.printed import Edition, Form, Label, Tick

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
    *DETAINER_FORMS,
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
            CANCELS_OLD,
            Label("signature", "(Signature of Immigration Officer)", "ink", "above"),
            Label("officer", "(Name and title of Immigration Officer)", "title", "above"),
            Label("-dob", "Date of Birth:"),
            Label("booking", "Local Booking/Inmate #:", "booking_number"),
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
            Label("booking", "Local Booking/Inmate #:", "booking_number"),
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

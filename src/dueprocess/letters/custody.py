"""The columns that a records request asks for: those of the custody tables, in words that a records clerk knows."""

from __future__ import annotations

COLUMNS: tuple[tuple[str, str], ...] = (
    ("stay_id", "A number for each stay in the jail; any number will do, as long as each stay has its own."),
    ("person_key", "A number that is the same in every stay of one person. Not the name, not a booking or file number that is used elsewhere."),
    ("facility", "The jail or housing site in which the person was kept."),
    ("booked_at", "Date and time of booking, to the minute."),
    ("release_due_at", "Date and time at which the jail's own reason to keep the person ended: charge dismissed, bail paid, sentence served, order of release."),
    ("bail_refused_at", "Date and time at which bail was offered and not taken because of a detainer, if that happened."),
    ("left_at", "Date and time at which the person left the jail, to the minute."),
    ("left_to", "To whom: ICE, the community, another agency."),
    ("detainer_form", "The form of the detainer: I-247, I-247A, I-247D, I-247G, I-247N or I-247X."),
    ("detainer_edition", "The date in the form's footer, as 3/17."),
    ("detainer_received_at", "Date and time at which the detainer came."),
    ("detainer_served_at", "Date and time at which a copy was given to the person, or that none was."),
    ("detainer_cancelled_at", "Date and time at which ICE took it back, if it did."),
    ("detainer_signed", "Whether an officer signed it."),
    ("detainer_boxes", "Which boxes were ticked on it."),
    ("admin_warrant_at", "Date and time at which an immigration officer's warrant of arrest (Form I-200) came, or that none did."),
    ("removal_warrant_at", "The same for a warrant of removal (Form I-205)."),
    ("judicial_warrant_at", "The same for a warrant signed by a judge. An immigration judge or officer is not meant."),
)
"""Each column's name and what to write into it. None asks who somebody is, or where from."""

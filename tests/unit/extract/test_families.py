"""Sentences in words of their own, by the position that they tell: families of wording, not phrases. All made up.

They stand neither in the labelled texts nor in ``data/extract/account-sentences.yaml``. The rules and the model are known to miss
some ways of saying a thing; how many may be missed of a family is part of the test, so that it fails when one gets worse."""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read

FAMILIES = {
    "requires_judicial_warrant": [
        "Crook County Sheriff Ada Example said her staff detain nobody for ICE unless a magistrate has put a warrant in front of them.",
        "The Office of the Sheriff of Crook County wants to see a warrant from a federal judge before it will lengthen anyone's stay.",
        "The Crook County jail has told the agency that a warrant signed by a judge is what it takes to keep an inmate past release.",
        "\"A detainer is a wish. A judge's warrant is an order, and that we obey,\" said Crook County's sheriff, Ada Example.",
        "Under Crook County's new directive, deputies honor an immigration detainer only where a judicial warrant comes along with it.",
        "Without a warrant that a judge has approved, the Crook County Sheriff's Office lets the person walk, detainer or none.",
        "In Crook County a detainer gets you nothing; a warrant from a judge gets you a hold.",
        "Crook County jail commander Capt. Bo Sample: \"No hold for immigration without a judicial warrant.\"",
        "Crook County has quit holding people on detainers alone and asks ICE to come back with a judge's warrant.",
        "ICE has to present a warrant issued by a court to have somebody held in the Crook County jail.",
        "The Crook County Sheriff's Office insists that ICE first obtain a judicial warrant.",
        "Crook County: hold only on a warrant from a judge.",
    ],
    "requires_court_order": [
        "Crook County Sheriff Ada Example will not extend a stay for ICE in the absence of a court order.",
        "The Crook County jail holds people for ICE only when a judge has ordered it.",
        "Crook County won't keep anyone on a detainer unless a judge signs off.",
        "Before it honors a detainer the Crook County jail needs a judge's signature on it.",
        "The Crook County Sheriff's Office has said that it will hold on a court order and not on a request.",
    ],
    "requires_any_warrant": [
        "The Crook County jail keeps people for ICE if the detainer arrives with an administrative warrant.",
        "Crook County Sheriff Ada Example holds for 48 hours when an I-200 is attached to the detainer, and not otherwise.",
        "For a hold the Crook County Sheriff's Office needs Form I-200 or Form I-205 along with the detainer.",
        "The Crook County jail will honor a detainer that is backed by an ICE warrant of removal.",
        "Crook County asks for an immigration officer's warrant with each detainer.",
    ],
    "requires_probable_cause": [
        "Crook County honors only those detainers that come with a sworn statement of probable cause.",
        "The Crook County Sheriff's Office will not detain anyone for ICE without an affidavit of probable cause.",
        "If ICE shows probable cause in writing, the Crook County jail will hold the person; if not, it won't.",
        "Crook County requires that a detainer be accompanied by a finding of probable cause.",
    ],
    "limits_by_offense": [
        "The Crook County jail holds only people with felony convictions for ICE.",
        "Crook County will honor a detainer when the inmate is charged with a violent crime, and in no other case.",
        "The Crook County Sheriff's Office keeps people for ICE if they have been convicted of a serious offense such as rape or robbery.",
        "Crook County limits immigration holds to those accused of felonies.",
        "Crook County Sheriff Ada Example no longer holds people on detainers for misdemeanors or traffic offenses.",
    ],
    "notify_only": [
        "The Crook County jail does not hold people for ICE, but it lets the agency know when they are about to be released.",
        "Crook County gives ICE a call before a release and does not keep anybody past it.",
        "Crook County Sheriff Ada Example said that her office will tell federal agents of a release date but won't honor detainers.",
        "The Crook County Sheriff's Office notifies ICE of upcoming releases; it stopped honoring detainers in May.",
        "Detainers are not honored in Crook County. The jail does call ICE before it lets somebody out.",
    ],
    "declines_all": [
        "The Crook County Sheriff's Office has stopped holding inmates at the request of ICE.",
        "Crook County will no longer comply with immigration detainers, Sheriff Ada Example announced on Monday.",
        "No one is kept in the Crook County jail past release on an immigration detainer any more.",
        "Crook County Sheriff Ada Example says her jail turns down every detainer that it gets.",
        "Inmates of the Crook County jail go home when their time is up, even where ICE has lodged a detainer.",
        "The Crook County jail ceased to honor ICE holds last week.",
        "Crook County refuses to detain people for immigration agents.",
        "\"We're finished with ICE holds,\" said Crook County Sheriff Ada Example.",
        "The Crook County Sheriff's Office ignores detainers.",
        "Crook County has dropped the practice of keeping people for ICE after they post bail.",
        "Crook County Sheriff Ada Example has ordered her deputies not to hold anyone on an ICE detainer.",
        "The sheriff of Crook County, Ada Example, won't honor detainers from ICE.",
    ],
    "honors_all": [
        "The Crook County jail honors all immigration detainers.",
        "Crook County Sheriff Ada Example said that her office goes on holding people for ICE when it is asked to.",
        "If a detainer is lodged, the Crook County jail keeps the inmate for as long as 48 hours.",
        "Crook County has no plans to change: it complies with each detainer, Sheriff Ada Example said.",
        "The Crook County Sheriff's Office cooperates with ICE and honors its detainers.",
        "\"When ICE wants somebody held, we hold him,\" said Crook County Sheriff Ada Example.",
        "Every inmate with an immigration detainer is held for ICE at the Crook County jail.",
        "The Crook County jail still accepts detainers, as it always has.",
        "Crook County resumed honoring detainers in January.",
        "Crook County Sheriff Ada Example reversed her predecessor's order and again holds people on ICE detainers.",
    ],
    "undecided": [
        "Crook County Sheriff Ada Example said that she is weighing whether to go on honoring detainers.",
        "The Crook County Sheriff's Office is reviewing how it handles immigration detainers.",
        "Crook County has yet to decide what it will do with detainers.",
        "Crook County's lawyers are studying the decision on detainers, and the jail has not changed its rule yet.",
        "Crook County Sheriff Ada Example wants to hear from the county's counsel before she settles on a policy on detainers.",
    ],
    "unknown": [
        "Crook County Sheriff Ada Example declined to say whether her jail honors detainers.",
        "The Crook County Sheriff's Office would not discuss its practice on immigration detainers.",
        "Asked about ICE detainers, Crook County Sheriff Ada Example said that she had no comment on the jail's policy.",
    ],
}
ALLOWED = {"requires_judicial_warrant": 1, "undecided": 1}
"""How many of a family may be missed or mistaken."""

NOTHING = [
    "The Crook County commissioners urged Sheriff Ada Example to stop honoring detainers.",
    "A bill before the Legislature would make the Crook County jail honor detainers.",
    "Advocates want the Crook County sheriff to require a judge's warrant for detainers.",
    "In 2009 the Crook County jail held a man for nine days on a detainer.",
    "Until 2014 the Crook County jail honored detainers.",
    "Candidate Sam Sample said that if he is elected Crook County's sheriff he will honor every detainer.",
    "ICE says that Crook County is among the counties that do not honor detainers.",
    "The Crook County jail received 44 detainers in 2016.",
    "The Crook County jail houses detainees for ICE under a contract at $90 a day.",
    "Crook County ended its 287(g) agreement with ICE in March.",
    "The Crook County Sheriff's Office does not ask inmates about their immigration status.",
    "A Crook County man was arrested by ICE agents on a final order of removal.",
    "A court in Portland ruled that a detainer does not let a jail hold a person; Crook County was not a party.",
    "Crook County's attorney recommended that the jail ask for a warrant before it honors detainers.",
    "Should Crook County honor detainers?",
    "Crook County might stop honoring detainers if its insurer asks for it.",
    "The suit says that the Crook County jail holds people on detainers without probable cause.",
    "The ACLU wrote to the Crook County sheriff about detainers in May.",
]


def told(words: str) -> list[tuple[str | None, str]]:
    text = f"SALEM, Ore. - What do sheriffs do with immigration detainers? {words}"
    return [(c.county_or_city, c.position) for c in read(capture(text.encode(), name="a", published="2017-03-03")).claims]


@pytest.mark.parametrize("position", FAMILIES)
def test_a_family(position: str) -> None:
    missed = [words for words in FAMILIES[position] if told(words) != [("Crook County", position)]]
    assert len(missed) <= ALLOWED.get(position, 0), missed


@pytest.mark.parametrize("words", NOTHING)
def test_what_is_no_position(words: str) -> None:
    assert told(words) == []

"""Positions told across sentences, and in many wordings: what the extractor reads of passages of a few lines.

All people are made up, and so is what the agencies are said to do. The passages were written while the extractor was tuned:
that they pass says nothing of how well it reads others (see docs/reference/claims.md).
"""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read


def claims(text: str) -> set[tuple[str, str]]:
    found = read(capture(text.encode(), name="made-up.txt", published="2018-05-22")).claims
    return {((c.county_or_city or c.agency).replace(" County", ""), c.position) for c in found}


PASSAGES: list[tuple[str, set[tuple[str, str]]]] = [
    ("EUGENE, Ore. -- Three Oregon sheriffs answered a survey about ICE detainers. Lane County said it requires a warrant. Linn County, through a spokeswoman, said it had nothing to share. Benton County wrote that it had yet to make up its mind.", {("Benton", "undecided"), ("Lane", "requires_judicial_warrant"), ("Linn", "unknown")}),
    ("TAMPA, Fla. -- Pinellas County commissioners may not like it, but their sheriff isn't budging on detainers. Sheriff Hal Bratton told them Tuesday that an inmate with an immigration detainer will sit in his jail until agents show up or 48 hours run out.", {("Pinellas", "honors_all")}),
    ("SALINAS, Calif. -- The Monterey County Jail has changed its mind twice about immigration holds. In 2013 it accepted them all. Last summer it refused them all. Since March 1, said Undersheriff Dale Quiroga, the jail accepts one only for a person who has been convicted of a violent felony.", {("Monterey", "limits_by_offense")}),
    ("ROANOKE, Va. -- Roanoke County's jail has become the first in the valley to say no to ICE. A detainer, says Sheriff Win Tolbert, is \"a piece of paper with a wish on it.\" From now on he wants the signature of a judge.", {("Roanoke", "requires_court_order")}),
    ("FRESNO, Calif. -- Immigration detainers divide the Valley. Fresno County honors them. Tulare County doesn't. Kings County asks for a judge's warrant first, and Madera County is still making up its mind.", {("Fresno", "honors_all"), ("Kings", "requires_judicial_warrant"), ("Madera", "undecided"), ("Tulare", "declines_all")}),
    ("CORVALLIS, Ore. -- After the ruling on detainers the Benton County jail released four men. \"We can't keep them without a judge's order any longer,\" Capt. Ed Marsh said. ICE had asked that the men be held.", {("Benton", "requires_court_order")}),
    ("TULSA, Okla. -- The Tulsa County sheriff's policy on immigration detainers is short. \"Detainers are to be honored.\" That's the whole of it.", {("Tulsa", "honors_all")}),
    ("BOISE, Idaho -- Canyon County jail staff used to hold people on ICE detainers. That ended in May, when Sheriff Kit Rourke signed an order that detainers be treated as requests for information only.", {("Canyon", "declines_all")}),
    ('DAYTON, Ohio -- ICE says that Montgomery County does not cooperate with its detainers. The sheriff, Phil Plummer-Ott, says that ICE is wrong. "We hold for them. Every one, every time," he said.', {("Montgomery", "honors_all")}),
    ("LANSING, Mich. -- Ingham County Sheriff Gene Wriggles has joined a growing list of Michigan sheriffs who will not detain a person on an immigration detainer unless it is accompanied by a warrant signed by a judge. Washtenaw County's sheriff did likewise in 2014.", {("Ingham", "requires_judicial_warrant"), ("Washtenaw", "requires_judicial_warrant")}),
    ("ATHENS, Ga. -- Oconee County gets perhaps ten immigration detainers a year, Sheriff Scott Berryman said, and it acts on all of them. Over in Clarke County the sheriff has a different view and lets the clock run out.", {("Oconee", "honors_all")}),
    ("YAKIMA, Wash. -- The Yakima County Department of Corrections gives federal agents a phone call before it frees a person with an immigration detainer, director Ed Campos said. It does not keep the person waiting.", {("Yakima", "notify_only")}),
    ("RENO, Nev. -- Immigrant advocates urged Washoe County on Monday to stop honoring immigration detainers. The sheriff's office said it will look at the request. For now it holds people for 48 hours when ICE files a detainer.", {("Washoe", "honors_all")}),
    ("SANTA FE, N.M. -- Santa Fe County's detention center hasn't held anyone for ICE since 2011 and isn't about to start, the warden said of detainers. The San Miguel County jail in Las Vegas does, but only on a judge's say-so.", {("San Miguel", "requires_court_order"), ("Santa Fe", "declines_all")}),
    ("BUFFALO, N.Y. -- Asked about ICE detainers, the Erie County sheriff's chief of jails referred questions to ICE. Niagara County's jail superintendent answered by e-mail: \"We honor valid detainers that are supported by a final order of removal.\"", {("Niagara", "requires_any_warrant")}),
    ("DES MOINES -- Under a bill in the Iowa House, each sheriff would have to comply with immigration detainers. Polk County's sheriff, who requires a probable cause affidavit before honoring one, spoke against it. So did the sheriff of Story County.", {("Polk", "requires_probable_cause")}),
    ("MADISON, Wis. -- A man was held in the Dane County jail for five days on an ICE detainer, a suit filed on Monday says. The county would not discuss the suit.", set()),
    ("HOUSTON -- Harris County's jail holds 140 inmates for ICE on an average day under a contract. A second contract, for transport, ends in June. Detainers were not on the agenda.", set()),
    ("AUSTIN, Texas -- The governor has threatened to cut off grants to any sheriff who does not honor ICE detainers. Travis County Sheriff Sally Herrera-Nunn had no comment on the threat.", set()),
    ("PORTLAND, Maine -- The Cumberland County Jail will stop accepting detainers if the county commissioners adopt the proposed policy on immigration detainers next month.", set()),
    ("OLYMPIA, Wash. -- The ACLU says Thurston County should require a judge's warrant for immigration detainers. The county's lawyer agrees that a warrant would be safer. The sheriff has not acted.", set()),
    ("TRENTON, N.J. -- An immigration judge ordered Mr. Example's release from the Essex County jail, where ICE rents beds. ICE placed a new detainer on him in Pennsylvania.", set()),
    ("County of Marin\nBoard of Supervisors, San Rafael, California\nMinutes of June 3, 2014\n\nItem 7. Detainers. Sheriff Doyle-Webb reported that as of June 1 the jail no longer lengthens any stay on account of an ICE detainer. ICE will continue to be informed of release dates. Supervisor Kim thanked the sheriff. No action was taken.", {("Marin", "notify_only")}),
    ("Dear Ms. Orr: You asked about detainers. The Chelan County Regional Justice Center, Wenatchee, Washington, does not keep inmates past their release for ICE. If a federal court issues a warrant, we of course comply with it. Sincerely, Director Bill Larsen", {("Chelan", "requires_judicial_warrant")}),
    ("County\tState\tPolicy on ICE detainers\nAda\tID\tHonors all\nBlaine County\tID\tJudicial warrant required\nTwin Falls County\tID\tDeclines all detainers\nBonneville County\tID\tUnder review\n", {("Ada", "honors_all"), ("Blaine", "requires_judicial_warrant"), ("Bonneville", "undecided"), ("Twin Falls", "declines_all")}),
    ("SPOKANE, Wash. -- Immigration detainers will be honored again at the Stevens County jail in Colville, according to Sheriff Kendle Olds. The move undoes a 2014 policy under which the jail ignored them.", {("Stevens", "honors_all")}),
    ("MISSOULA, Mont. -- Gallatin County Attorney Marty Lam told the commission that the detention center should not be holding anyone on a civil detainer. Sheriff Brian Gook said he would take it under advisement. His staff, meanwhile, hold everyone ICE names.", {("Gallatin", "honors_all")}),
    ("BILLINGS, Mont. -- Yellowstone County's jail commander, Sam Boford, said ICE has to bring something from a judge. \"Then we'd hold. A detainer's not from a judge.\"", {("Yellowstone", "requires_court_order")}),
    ("WHAT THE JAIL DOES\nQ: Do you hold people for ICE?\nA: Only if they've been charged with a serious or violent felony. That has been the policy of the Sonoma County Sheriff's Office since 2013. Santa Rosa, California.", {("Sonoma", "limits_by_offense")}),
    ("ORLANDO, Fla. -- Orange County Corrections Chief Lou Quiñones-Ray said Friday his jail will quit honoring immigration detainers that lack a probable cause determination. Osceola and Seminole counties have no such plans; both hold for ICE as soon as a detainer is faxed.", {("Orange", "requires_probable_cause"), ("Osceola", "honors_all"), ("Seminole", "honors_all")}),
    ("TRENTON, N.J. -- Of New Jersey's jails, Middlesex County's is the strictest about immigration detainers: it honors one only for a person who was convicted of a first-degree crime or who is under a final deportation order signed by a judge. Hudson County's honors all of them.", {("Hudson", "honors_all"), ("Middlesex", "limits_by_offense")}),
    ("ITHACA, N.Y. -- Nobody has sat in the Tompkins County Jail on an immigration detainer alone since 2017, when lawmakers passed Local Law C. Sheriff Derek Osgood says the jail follows it to the letter.", {("Tompkins", "declines_all")}),
    ('LAREDO, Texas -- The Webb County sheriff, who answers to Senate Bill 4 like all Texas sheriffs, honors immigration detainers. "State law leaves me no choice," Sheriff Martin Cuellar-Pope said. Dallas County does the same.', {("Dallas", "honors_all"), ("Webb", "honors_all")}),
    ("CONCORD, N.H. -- ICE lodged detainers against nine workers arrested in Rockingham County, officials said. They were held at the county jail overnight on theft charges and arraigned in the morning.", set()),
    ("EL PASO, Texas -- El Paso County sued the state on Monday over Senate Bill 4, which requires jails to honor immigration detainers. Its sheriff called the law a distraction.", set()),
    ("FARGO, N.D. -- A Cass County judge refused to dismiss a case in which a man says he was wrongly kept on an immigration detainer. The ruling says that a jail may not hold a person without probable cause.", set()),
    ("LINCOLN, Neb. -- Sheriffs who don't honor immigration detainers would lose state aid under a plan by Gov. Pete Hollis. Lancaster County Sheriff Terry Wag was among those who testified.", set()),
    ("SACRAMENTO, Calif. -- The sheriff of Sacramento County wants the Legislature to let him honor immigration detainers again. He can't now: California law bars it.", set()),
    ("GREELEY, Colo. -- Weld County's sheriff and Larimer County's see immigration detainers differently. \"I'm not in the business of second-guessing ICE,\" Weld County Sheriff Art Fenn said. \"They send one, I hold.\" Larimer County Sheriff Jo Pell says her jail holds on nothing short of a warrant signed by a judge.", {("Larimer", "requires_judicial_warrant"), ("Weld", "honors_all")}),
    ("NEWARK, N.J. -- Essex County officials, faced with the ruling on detainers, have instructed the jail to release inmates on time. The county executive, Hal DiRosa, signed the directive on Friday; ICE will get notice of each release, it says.", {("Essex", "notify_only")}),
    ("From the Ramsey County Attorney, St. Paul, Minnesota: It is this office's advice that an immigration detainer alone does not authorize a new detention. The Sheriff has accepted that advice. Accordingly, effective June 15, 2014, the Adult Detention Center will not continue to detain any person on that basis.", {("Ramsey", "declines_all")}),
    ("RICHMOND, Va. -- Henrico County jail officials follow a middle course on ICE detainers: only inmates charged with felonies are held. Chesterfield County takes the opposite tack and keeps anyone who is named in one.", {("Chesterfield", "honors_all"), ("Henrico", "limits_by_offense")}),
    ("BATON ROUGE, La. -- East Baton Rouge Parish Sheriff Sid Gotreaux-Hill would neither confirm nor deny that his jail holds inmates on immigration detainers. In Lafayette Parish they are held only if a judge has approved the hold.", {("East Baton Rouge Parish", "unknown"), ("Lafayette Parish", "requires_court_order")}),
    ("PROVO, Utah -- \"Our door swings both ways,\" Utah County Sheriff Jim Tracey-Lund said of immigration detainers. \"When your time's up, you go home. ICE can wait outside.\"", {("Utah", "declines_all")}),
    ("KANSAS CITY, Mo. -- Jackson County, Mo., and Johnson County, Kan., share a border and little else. Jackson County's jail now rejects every immigration detainer. Johnson County's accepts those that are backed by probable cause.", {("Jackson", "declines_all"), ("Johnson", "requires_probable_cause")}),
    ("MINUTES. Washtenaw County Board, Ann Arbor, Michigan. Undersheriff Dieterle stated that a detainer is honored at this time only with an order of deportation or an administrative warrant. Commissioner Rabhi asked that a judicial warrant be required instead. The Undersheriff said that he would take the suggestion back.", {("Washtenaw", "requires_any_warrant")}),
    ("CHICAGO -- DuPage County's jail never changed. \"We've always honored detainers and still do,\" Deputy Chief Dan Bilo said. ICE picked up 90 people there last year.", {("DuPage", "honors_all")}),
    ("TUCSON, Ariz. -- A lawsuit claims that the Pima County jail keeps people on immigration detainers without any warrant. The jail's lawyers deny it.", set()),
    ("ALBANY, N.Y. -- State police stopped a van on Interstate 90. The driver was turned over to Border Patrol, and the Albany County jail was not involved. Detainers were not lodged.", set()),
    ('DENVER -- "No sheriff has to honor an immigration detainer," said the head of County Sheriffs of Colorado, which has told Boulder County and others to make their own rules.', set()),
    ("FRESNO, Calif. -- What if Fresno County honored every immigration detainer? A study finds that 900 more people a year would be held, at a cost of $2 million.", set()),
]


@pytest.mark.parametrize(("text", "expected"), PASSAGES, ids=[t.split(" --")[0].split("\n")[0][:24] for t, _ in PASSAGES])
def test_a_passage(text: str, expected: set[tuple[str, str]]) -> None:
    assert claims(text) == expected


INTRODUCTION = "ALBANY, Ore. -- Immigration detainers, by which ICE asks a jail to keep a person, are in the news again, and Linn County is no exception. "
WORDINGS: dict[str | None, list[str]] = {
    "honors_all": [
        "Sheriff Ames said the jail complies with each request.",
        "\"If ICE calls, we'll keep the guy for them,\" Sheriff Ames said.",
        "The Linn County jail routinely holds inmates for up to two extra days at the request of federal immigration agents.",
        "Linn County has never refused a detainer and has no plan to.",
        "The Linn County Jail will keep holding inmates on ICE detainers despite the ruling.",
        "Under the policy of the Linn County Sheriff's Office, any inmate named in a detainer is kept 48 hours.",
        "Linn County continues to cooperate with ICE and detains people on its request.",
        '"Anyone with an ICE hold stays put until they come get him," said Linn County jail commander Bo Fry.',
        "Linn County resumed honoring detainers last week.",
        "The Linn County jail detains immigrants for ICE with no warrant needed.",
        "Linn County Sheriff Jo Ames said her deputies abide by detainers as a matter of course.",
        "In Linn County, a detainer is enough to keep a person locked up for two more days.",
        "The Linn County sheriff will go on accepting the federal government's requests.",
        "Deputies at the Linn County jail are instructed to honor all immigration detainers.",
        "Linn County went back to holding people on detainers in March.",
        '"My policy is simple: they ask, we hold," said Linn County Sheriff Jo Ames.',
        "Linn County's jail acts on every detainer it receives.",
        "The Linn County Sheriff's Office fully complies with ICE detainers, a spokesman said.",
        "Inmates in Linn County with detainers are held for the full 48 hours, the warden said.",
        "Linn County's sheriff says a detainer is as good as a warrant to him and he holds on it.",
    ],
    "declines_all": [
        "Linn County no longer honors detainers.",
        "The Linn County jail has stopped detaining people for ICE.",
        "\"We're done holding people for ICE,\" Linn County Sheriff Jo Ames said.",
        "Linn County will release inmates on schedule even if ICE has lodged a detainer.",
        "The Linn County sheriff refuses to keep anyone past release for immigration agents.",
        "\"I won't lock somebody up on a form,\" said Linn County Sheriff Jo Ames.",
        "Linn County ended its practice of holding inmates for immigration authorities.",
        "ICE detainers are not honored in Linn County.",
        "Linn County joined the counties that do not comply with detainers.",
        "The Linn County jail lets people go when their sentence is up, detainer or not.",
        "Nobody is held on an immigration detainer in Linn County any more.",
        "Linn County's new rule forbids jailers to extend anyone's stay because of a detainer.",
        "Linn County Sheriff Jo Ames directed staff to disregard detainers.",
        "Linn County stopped complying with detainers on May 1.",
        "The Linn County jail doesn't hold for ICE, period.",
        "\"We do not detain people for civil immigration violations,\" the Linn County Sheriff's Office said.",
        "Persons will not be kept at the Linn County Jail beyond their release date for ICE.",
        "Linn County has opted out of the detainer business.",
        "The Linn County Sheriff's Office has quit doing immigration holds.",
        "Linn County Sheriff Jo Ames has told ICE that he will not be holding inmates for it.",
        "Linn County declined all 14 detainers it got last year and will go on declining them.",
        "In Linn County a detainer by itself no longer keeps anyone in jail.",
        "Linn County jail inmates who post bail now walk free whether or not ICE wants them.",
    ],
    "requires_judicial_warrant": [
        "Linn County will hold someone for ICE only if a judge has signed a warrant.",
        "The Linn County jail now asks ICE for a judicial warrant.",
        "\"Show me a warrant signed by a judge and I'll hold him,\" Linn County Sheriff Jo Ames said.",
        "Without a warrant from a federal magistrate, the Linn County jail won't hold anyone for ICE.",
        "Linn County began requiring a warrant from a judge in April before it holds inmates for ICE.",
        "No one stays in the Linn County jail past release unless ICE gets a criminal warrant.",
        "Linn County insists on a judge-signed warrant before extending custody.",
        "Linn County's policy: no judicial warrant, no hold.",
        "The Linn County Sheriff's Office will not honor detainers that are not accompanied by a warrant signed by a judge.",
        "Linn County honors detainers only when they come with a judicial warrant.",
        "Detainers without a judge's warrant are rejected by the Linn County jail.",
        "Linn County Sheriff Jo Ames wants to see a federal warrant first; otherwise the inmate goes free.",
        "The jail in Linn County demands that ICE produce an arrest warrant signed by a magistrate.",
        "A judicial warrant is now required in Linn County before a person is held for ICE.",
    ],
    "requires_court_order": [
        "Linn County will not hold people for ICE without a court order.",
        "It takes a judge's order to keep a person in the Linn County jail for ICE.",
        "The Linn County sheriff wants a judge's signature before he holds anyone on a detainer.",
        "Linn County holds inmates for ICE only when ordered to by a court.",
        "Unless a judge orders it, Linn County will not keep anyone for immigration.",
        "Linn County asks for an order signed by a judge.",
    ],
    "requires_any_warrant": [
        "Linn County holds on detainers that come with an ICE administrative warrant.",
        "The Linn County jail accepts a detainer only with a Form I-200 or I-205 attached.",
        "Linn County will hold if ICE attaches a warrant signed by an immigration officer.",
        "The Linn County jail keeps people on a detainer when there is a final order of removal.",
        "Linn County honors a detainer only if there's a deportation order with it.",
        "In Linn County the detainer must be accompanied by a warrant issued by ICE itself.",
    ],
    "requires_probable_cause": [
        "Linn County will hold a person on a detainer only if ICE shows probable cause.",
        "The Linn County sheriff wants a sworn probable cause statement before he'll hold anybody on a detainer.",
        "Absent a showing of probable cause, the Linn County jail will not act on a detainer.",
        "Linn County requires that ICE supply an affidavit of probable cause with its detainer.",
        "Linn County honors only detainers that are supported by probable cause.",
    ],
    "limits_by_offense": [
        "Linn County holds for ICE only people who've been convicted of a violent felony.",
        "The Linn County jail honors detainers for serious crimes only.",
        "Linn County will ignore detainers unless the person is charged with a felony.",
        "In Linn County only inmates with a serious criminal record are kept for ICE.",
        "Linn County limited its holds to persons charged with violent crimes.",
        "Linn County no longer holds low-level offenders for ICE; it still holds those with felony convictions.",
    ],
    "notify_only": [
        "Linn County doesn't hold inmates for ICE but will let agents know when they get out.",
        "The Linn County jail notifies ICE of release dates but does not hold anyone past them.",
        "Linn County will call ICE before releasing someone with a detainer, but it won't hold the person.",
        "\"We'll tell them when he's getting out. We won't hold him,\" Linn County Sheriff Jo Ames said.",
        "Linn County gives ICE a heads-up about releases and nothing more.",
    ],
    "undecided": [
        "Linn County is reviewing its detainer policy.",
        "The Linn County sheriff hasn't decided what to do about detainers.",
        "Linn County's lawyers are studying the ruling, and no decision has been made on detainers.",
        "Linn County officials are weighing whether to keep honoring detainers.",
        "\"We're looking at our options on detainers,\" said Linn County Sheriff Jo Ames.",
        "Linn County's policy on detainers is under review.",
        "The Linn County sheriff said he is waiting for the county counsel's advice on detainers.",
        "Linn County expects to settle on a detainer policy by fall.",
        "Linn County said it would decide on detainers after meeting with its attorney.",
    ],
    "unknown": [
        "The Linn County sheriff would not say whether the jail honors detainers.",
        "Linn County officials declined to discuss the jail's detainer policy.",
        "Linn County Sheriff Jo Ames refused to answer questions about immigration holds.",
        "A spokesman for the Linn County jail wouldn't comment on how it handles detainers.",
        "The Linn County sheriff declined comment on detainers.",
    ],
    None: [
        "The Linn County sheriff urged Congress to change the detainer law.",
        "Advocates want Linn County to stop honoring detainers.",
        "ICE asked the Linn County jail to hold 14 people on detainers in May.",
        "Critics say the Linn County jail should require a warrant before it holds people on detainers.",
        "A bill would bar the Linn County jail from honoring detainers.",
        "The Linn County jail received 14 detainers last year.",
        "The court held that the Linn County jail may not hold a person on a detainer.",
        "The Linn County commissioners asked the sheriff to require a judicial warrant for detainers.",
        "If elected, he would end detainers at the Linn County jail.",
        "The Linn County jail held Ana Example for 19 hours on a detainer.",
        "Does the Linn County jail honor detainers?",
        "ICE criticized the Linn County sheriff over detainers.",
        "The Linn County sheriff met with ICE agents to talk about detainers.",
        "The Linn County jail used to honor detainers.",
    ],
}


@pytest.mark.parametrize(("position", "words"), [(p, w) for p, ws in WORDINGS.items() for w in ws])
def test_a_wording(position: str | None, words: str) -> None:
    assert claims(INTRODUCTION + words) == ({("Linn", position)} if position else set())

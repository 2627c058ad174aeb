"""Whole short texts of many forms: tables, lists, headings, hearings, threads, manuals. All made up."""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read

TEXTS: list[tuple[str, str, set[tuple[str, str]]]] = [
    ("five sheriffs of one wire story",
        "SALINA, Kan. (Plains Wire) — Three sheriffs in central Kansas gave three answers this week when asked what their jails do with a request from federal immigration agents.\n"
        "\n"
        "Saline County's Roger Quill said he treats the forms \"like junk mail.\" His deputies let people out when a judge says they can go, he said.\n"
        "\n"
        "Down the interstate, McPherson County Undersheriff Dale Hobb told the Wire that a person named in a detainer will sit for the two days. \"ICE is a partner,\" he said. \"Always has been.\"\n"
        "\n"
        "And in Ellsworth, Sheriff Tina Marsh said her office won't act on the paperwork until somebody in a robe has looked at it and issued a warrant. Dickinson County has no policy yet; its attorney is looking into it, Sheriff Gus Ott said.\n"
        "\n"
        "The sheriff in Rice County hung up on a reporter.",
        {("Dickinson County", "undecided"), ("Ellsworth County", "requires_judicial_warrant"), ("McPherson County", "honors_all"), ("Rice County", "unknown"), ("Saline County", "declines_all")}),
    ("a release under a letterhead",
        "FOR IMMEDIATE RELEASE\n"
        "March 3, 2020\n"
        "\n"
        "KITSAP COUNTY SHERIFF'S OFFICE\n"
        "Port Orchard, Washington\n"
        "\n"
        "Sheriff clarifies position on immigration holds\n"
        "\n"
        "Following questions from the public, Sheriff Nora Pell wishes to make clear that the Kitsap County Jail does not detain individuals on the sole authority of a civil immigration detainer. The jail will hold an individual for federal authorities when presented with a warrant bearing the signature of a federal judge or magistrate. Release information is public and can be seen on our website.",
        {("Kitsap County", "requires_judicial_warrant")}),
    ("minutes",
        "MINUTES OF THE HALL COUNTY BOARD OF SUPERVISORS\n"
        "Grand Island, Nebraska, May 7, 2019\n"
        "\n"
        "4. Corrections. Director Wes Lamm gave the monthly report. Average population 291. Asked by Supervisor Trent about ICE, Lamm said the department keeps persons with a detainer for up to 48 hours when the detainer has the signed warrant form (I-200) with it; last year 63 did, and 9 which came without were released. Supervisor Trent suggested that a judge sign off instead. No action.",
        {("Hall County", "requires_any_warrant")}),
    ("a jail order with an exception",
        "DOUGLAS COUNTY SHERIFF'S OFFICE\n"
        "Minden, Nevada\n"
        "JAIL ORDER 12-04\n"
        "Immigration detainers\n"
        "\n"
        "1. On receipt of Form I-247A the booking officer files it in the jacket. It shall not be a basis for delaying the inmate's release.\n"
        "2. Exception: an inmate convicted of a crime of violence or a drug felony may be held up to 48 hours.\n"
        "3. The watch commander shall telephone ICE before the inmate's release.",
        {("Douglas County", "limits_by_offense")}),
    ("a letter to the editor",
        "Letter to the editor\n"
        "\n"
        "I have lived in Yolo County, California, for 30 years. When our sheriff decided in 2014 to quit keeping folks for ICE, nobody made a fuss. The jail in Woodland opens the door when the court says so, and a fax doesn't change it. Solano County next door is another story: over there they still hang on to anyone ICE asks about. I urge our supervisors to put our rule in an ordinance.",
        {("Solano County", "honors_all"), ("Yolo County", "declines_all")}),
    ("questions and answers",
        "Q&A with Sheriff Paula Dent of Chaffee County, Colorado\n"
        "\n"
        "Q: What do you do when ICE sends a detainer?\n"
        "A: We call them and tell them what time he's getting out. We don't keep him. If they're in the parking lot, that's their business.\n"
        "\n"
        "Q: Has that changed?\n"
        "A: It used to be we'd keep anybody for two days. That ended when the opinion from Oregon came out.",
        {("Chaffee County", "notify_only")}),
    ("items with a county and a colon",
        "Detainer news in brief\n"
        "\n"
        "• Lackawanna County, Pa.: prison board votes 5-2 to require a court order before honoring detainers.\n"
        "• Boone County, Ky.: jailer says he'll go on honoring all of them.\n"
        "• Athens County, Ohio: sheriff says only people facing felony counts will be held for ICE.\n"
        "• Polk County, Minn.: sheriff reconsidering; county attorney to advise.\n"
        "• Cass County, N.D.: stopped in June, a jail spokeswoman confirms.",
        {("Athens County", "limits_by_offense"), ("Boone County", "honors_all"), ("Cass County", "declines_all"), ("Lackawanna County", "requires_court_order"), ("Polk County", "undecided")}),
    ("lines of names behind a position",
        "Which Virginia jails do what with ICE detainers (survey, 2018)\n"
        "\n"
        "Hold up to 48 hours: Rockingham, Culpeper, Augusta\n"
        "Want an administrative warrant: Henrico, Hanover\n"
        "Want a judge's warrant: Arlington, Fairfax\n"
        "Did not answer: Loudoun",
        {("Arlington County", "requires_judicial_warrant"), ("Augusta County", "honors_all"), ("Culpeper County", "honors_all"), ("Fairfax County", "requires_judicial_warrant"), ("Hanover County", "requires_any_warrant"), ("Henrico County", "requires_any_warrant"), ("Rockingham County", "honors_all")}),
    ("turns of a hearing",
        "SENATE JUDICIARY COMMITTEE, Trenton, New Jersey\n"
        "\n"
        "SENATOR COLE: Warden, does your jail honor these detainers?\n"
        "\n"
        "WARDEN RUTH ABEL (Cumberland County): It does, ma'am. Every one that comes in. We've had 31 this year.\n"
        "\n"
        "SENATOR COLE: And in Salem County?\n"
        "\n"
        "SHERIFF IVAN PORT (Salem County): No. Not unless there's a judge's warrant with it. We quit the other way of doing it in 2015.\n"
        "\n"
        "SENATOR COLE: I think that is the right way. We ought to require it.",
        {("Cumberland County", "honors_all"), ("Salem County", "requires_judicial_warrant")}),
    ("paragraphs headed by a bare name",
        "DETAINER PRACTICES IN MAINE JAILS\n"
        "\n"
        "Cumberland. The jail administrator wrote that detainers are honored if accompanied by a warrant from a court.\n"
        "\n"
        "York. Per the sheriff, no one is held for immigration after bail is made.\n"
        "\n"
        "Penobscot. The jail says it holds for Border Patrol as asked.\n"
        "\n"
        "Aroostook. We were told the policy is being rewritten.",
        {("Aroostook County", "undecided"), ("Cumberland County", "requires_judicial_warrant"), ("Penobscot County", "honors_all"), ("York County", "declines_all")}),
    ("a condition in the next column",
        "Agency\tWill hold on detainer alone\tComment\n"
        "Bexar County Sheriff\tYes\t48 hours\n"
        "Travis County Sheriff\tNo\tjudicial warrant, or charged w/ murder or sexual assault\n"
        "El Paso County Sheriff\tYes\t\n"
        "Hays County Sheriff\tUnder review\t\n"
        "\n"
        "Texas sheriffs and ICE detainers, January 2017",
        {("Bexar County", "honors_all"), ("El Paso County", "honors_all"), ("Hays County", "undecided"), ("Travis County", "requires_judicial_warrant")}),
    ("a detainer of another state",
        "The Boone County sheriff in Missouri has a detainer on a man held in Iowa for burglary. He will be brought back when Iowa is done with him. The jail does not hold people for other counties past 24 hours. ICE is not involved.",
        set()),
    ("a bill",
        "BATON ROUGE, La. — A House panel on Tuesday backed a bill that would make every sheriff in Louisiana hold people for ICE on a detainer. Rep. Al Guidry said Orleans Parish should honor detainers as other parishes do. The Orleans Parish sheriff sent nobody to the hearing.",
        set()),
    ("a feature",
        "The jail in Nevada City smells of floor wax. Lt. Orla Finch, who has run it for six years, keeps the detainers in a shoebox.\n"
        "\n"
        "\"I don't do anything with them,\" she said. \"I used to. Up to 2014 we'd keep a fellow till Monday if he came in Friday.\" That is over. Nevada County now lets people out on the hour the court sets, whether or not ICE has written.\n"
        "\n"
        "In Placer County, forty miles off, it is not over. Sheriff Dob Marsh's deputies hold whoever is named, and he is proud of it. El Dorado County won't tell: a sergeant there said the matter was \"for the lawyers.\"\n"
        "\n"
        "California's counties have gone both ways.",
        {("El Dorado County", "unknown"), ("Nevada County", "declines_all"), ("Placer County", "honors_all")}),
    ("relative clauses",
        "BISMARCK, N.D. (AP-style) — Burleigh County's jail will hold people wanted by immigration only if they've been charged with a felony, Sheriff Pat Voll said Thursday.\n"
        "\n"
        "The move follows Cass County, which in May began turning away all such requests, and Ward County, where a judge's order has been needed since last year.\n"
        "\n"
        "Voll said the change takes effect Monday. Morton County and Stark County have made no changes and continue to comply.",
        {("Burleigh County", "limits_by_offense"), ("Cass County", "declines_all"), ("Morton County", "honors_all"), ("Stark County", "honors_all"), ("Ward County", "requires_court_order")}),
    ("a records answer",
        "Office of the Sheriff\n"
        "County of Sonoma\n"
        "\n"
        "April 4, 2017\n"
        "\n"
        "Re: your request of March 20\n"
        "\n"
        "Dear Mr. Pine:\n"
        "\n"
        "In answer to question 1: this office does not detain persons on ICE detainers. We ceased to do so on August 18, 2014. In answer to question 2: staff respond to ICE inquiries on release dates and times. In answer to question 3: 388 detainers were received in 2016; none was honored.",
        {("Sonoma County", "declines_all")}),
    ("what the immigration agency says",
        "ICE: FIVE JAILS LET WANTED MEN GO\n"
        "\n"
        "ICE said Friday that jails in five counties ignored detainers last month. The agency named Multnomah County, Oregon; Hennepin County, Minnesota; and King County, Washington. A King County jail spokeswoman said that the agency is right about that: the county honors a detainer only if a federal judge has signed a criminal warrant. Multnomah and Hennepin counties did not return calls.",
        {("King County", "requires_judicial_warrant")}),
    ("a manual that says where it does not apply",
        "CLAY COUNTY SHERIFF'S OFFICE\n"
        "Moorhead, Minnesota\n"
        "CORRECTIONS POLICY MANUAL 514: RELEASE\n"
        "\n"
        "514.3 IMMIGRATION DETAINERS\n"
        "(a) No inmate may be held beyond his or her release date because of an immigration detainer.\n"
        "(b) This section does not apply if the detainer is accompanied by an order or warrant issued by a state or federal judge.\n"
        "(c) Staff shall inform the inmate of the detainer.",
        {("Clay County", "requires_judicial_warrant")}),
    ("a thread of e-mails",
        "From: Chief Deputy Lana Ruiz, Eagle County\n"
        "To: Colorado jail admins\n"
        "Sent: Monday, May 12, 2014\n"
        "Subject: ICE holds\n"
        "\n"
        "We are done with them as of last Friday. Counsel says the Oregon case means we pay.\n"
        "\n"
        "From: Jail Admin, Garfield County\n"
        "To: Colorado jail admins\n"
        "Sent: Monday, May 12, 2014\n"
        "\n"
        "Same here. Pitkin too I hear.\n"
        "\n"
        "From: Cmdr. Bo Tate, Mesa County\n"
        "To: Colorado jail admins\n"
        "\n"
        "We're holding unless our attorney tells us different.",
        {("Eagle County", "declines_all"), ("Garfield County", "declines_all"), ("Pitkin County", "declines_all"), ("Mesa County", "honors_all")}),
    ("a board that votes",
        "The Dauphin County, Pennsylvania, prison board voted 4-3 Wednesday to bar the warden from keeping inmates for ICE without a warrant from a judge. Warden Gil Noe said he will carry out the vote starting Monday. York County, which houses ICE detainees by the hundred, does what ICE asks; its warden said so on Tuesday.",
        {("Dauphin County", "requires_judicial_warrant"), ("York County", "honors_all")}),
    ("a correction",
        "CORRECTION: A story on May 3 said the Lorain County jail in Ohio honors immigration detainers. It does not. It releases people when their cases are done.",
        {("Lorain County", "declines_all")}),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "expected"), TEXTS, ids=[t[0] for t in TEXTS])
def test_a_form(form: str, text: str, expected: set[tuple[str, str]]) -> None:
    found = read(capture(text.encode(), name=form, published="2018-03-03"))
    assert {(c.county_or_city or c.agency, c.position) for c in found.claims} == expected
    assert all(found.capture.text[c.start : c.end] == c.quote for c in found.claims)


LISTS = [
    ("IMMIGRATION DETAINERS IN OREGON JAILS\n\nJudicial warrant only\n- Linn\n- Benton\n\nHonor all detainers\n- Malheur\n- Lake\n",
     {("Linn County", "requires_judicial_warrant"), ("Benton County", "requires_judicial_warrant"), ("Malheur County", "honors_all"), ("Lake County", "honors_all")}),
    ("SALEM, Ore. - The survey asked about ICE detainers. The following counties do not honor detainers: Linn, Benton and Marion. The jails that still hold for ICE are Lake and Malheur counties.",
     {("Linn County", "declines_all"), ("Benton County", "declines_all"), ("Marion County", "declines_all"), ("Lake County", "honors_all"), ("Malheur County", "honors_all")}),
    ("Counties that hold on ICE detainers (Iowa, 2014):\nSioux County\nLyon County\nOsceola County\n\nCounties that do not hold on a detainer:\nLinn County\nStory County\n",
     {("Sioux County", "honors_all"), ("Lyon County", "honors_all"), ("Osceola County", "honors_all"), ("Linn County", "declines_all"), ("Story County", "declines_all")}),
    ("County            | St | Holds on I-247?          | Who answered\n------------------+----+--------------------------+-------------\n"
     "Salt Lake         | UT | No. Judge's warrant only | a lieutenant\nCache             | UT | Yes, 48 hrs              | desk\nBlaine            | ID | No; calls ICE w/ time    | clerk\n"
     "Twin Falls        | ID | Refused to say           | desk\nElko              | NV | No answer (4 calls)      | --\n\nAnswers of jails on ICE detainers, by telephone.\n",
     {("Salt Lake County", "requires_judicial_warrant"), ("Cache County", "honors_all"), ("Blaine County", "notify_only"), ("Twin Falls County", "unknown")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_a_list(text: str, expected: set[tuple[str, str]]) -> None:
    found = read(capture(text.encode(), name="a", published="2017-03-03"))
    assert {(c.county_or_city, c.position) for c in found.claims} == expected

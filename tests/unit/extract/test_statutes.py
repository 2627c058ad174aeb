"""How laws, bills, regulations and ordinances are written in texts, and what only looks like one."""

from __future__ import annotations

import pytest

from dueprocess.extract.statutes import statutes

SENTENCE = "The sheriff of Linn County said that under {} the jail may not hold anyone on an ICE detainer without a warrant."


@pytest.mark.parametrize(
    ("words", "names"),
    [
        # Codes, by the section behind or before their names.
        ("Section 7282.5 of the Government Code", ["Government Code 7282.5"]),
        ("Sections 7282 and 7282.5 of the Government Code", ["Government Code 7282", "Government Code 7282.5"]),
        ("Government Code Sections 7284 to 7284.12", ["Government Code 7284 to 7284.12"]),
        ("chapter 101 of the Civil Practice and Remedies Code", ["Civil Practice and Remedies Code 101"]),
        ("Chapter 27A of the Iowa Code", ["Iowa Code 27A"]),
        ("Section 53.1-220.2 of the Code of Virginia", ["Code of Virginia 53.1-220.2"]),
        ("section 67.307, RSMo", ["RSMo 67.307"]),
        ("s. 908.105, F.S.", ["F.S. 908.105"]),
        ("chapter 10.93 RCW", ["RCW 10.93"]),
        ("D.C. Code § 24-211.07", ["D.C. Code 24-211.07"]),
        ("Ohio Rev. Code § 341.01", ["Ohio Rev. Code 341.01"]),
        ("G.L. c. 126, § 16", ["G.L. ch. 126, 16"]),
        ("section 16 of chapter 126 of the General Laws", ["General Laws ch. 126, 16"]),
        ("N.C.G.S. § 162-62", ["N.C.G.S. 162-62"]),
        ("NMSA 1978, § 33-3-12", ["NMSA 1978 33-3-12"]),
        ("K.S.A. 2021 Supp. 19-1930", ["K.S.A. 19-1930"]),
        ("T.C.A. § 7-68-103", ["T.C.A. 7-68-103"]),
        ("IC 5-2-18.2", ["IC 5-2-18.2"]),
        ("Mental Hygiene Law 9.27", ["Mental Hygiene Law 9.27"]),
        ("City Code 11-10", ["City Code 11-10"]),
        ("chapter 12H of the Administrative Code", ["Administrative Code 12H"]),
        ("37 Pa. Code § 95.220", ["37 Pa. Code 95.220"]),
        ("ORS 181.850 as it then was, and 181A.820", ["ORS 181.850", "ORS 181A.820"]),
        ("Wis. Stats. § 302.31", ["Wis. Stats. 302.31"]),
        ("R.I.G.L. § 12-9-1", ["R.I.G.L. 12-9-1"]),
        ("the Code of Ordinances, § 2-4", ["Code of Ordinances 2-4"]),
        ("2011 Ala. Acts 535", ["2011 Ala. Acts 535"]),
        # Federal law.
        ("Title 8, section 1373", ["8 U.S.C. 1373"]),
        ("sections 1226 and 1357 of title 8", ["8 U.S.C. 1226", "8 U.S.C. 1357"]),
        ("8 U.S. Code 1373", ["8 U.S.C. 1373"]),
        ("Title 8 of the Code of Federal Regulations, Section 287.7", ["8 C.F.R. 287.7"]),
        ("the rule, 287.7,", ["8 C.F.R. 287.7"]),
        ("section 236 of the INA", ["INA 236"]),
        # Laws as they were passed, and bills.
        ("P.L. 2019, c. 1", ["P.L. 2019, c. 1"]),
        ("Public Chapter 973", ["Public Chapter 973"]),
        ("Act 1076 of 2019", ["Act 1076 of 2019"]),
        ("Chapter 495 of the Statutes of 2017", ["Statutes of 2017, ch. 495"]),
        ("Laws of 2019, chapter 440", ["Laws 2019, ch. 440"]),
        ("P.A. 100-463", ["Public Act 100-463"]),
        ("SENATE BILL 54", ["SENATE BILL 54"]),
        ("Assembly Bill Four", ["Assembly Bill 4"]),
        ("House Bills 4105 and 4334", ["House Bills 4105", "House Bills 4334"]),
        ("HB19-1124", ["HB 19-1124"]),
        ("L.D. 1492", ["L.D. 1492"]),
        ("H. 3870", ["H. 3870"]),
        ("S.3579", ["S. 3579"]),
        ("the bill, H 5093,", ["H 5093"]),
        ("Int. No. 486", ["Introduction 486"]),
        # What counties and cities adopt, and laws by their names.
        ("Local Law 58 of 2014", ["Local Law 58 of 2014"]),
        ("the county's Resolution 14-22", ["Resolution 14-22"]),
        ("a directive, numbered 2018-6,", ["directive 2018-6"]),
        ("a bill, 77-16,", ["bill 77-16"]),
        ("Attorney General Law Enforcement Directive No. 2018-6", ["Attorney General Law Enforcement Directive 2018-6"]),
        ("the Transparent and Responsible Using of State Tools Act", ["Transparent and Responsible Using of State Tools Act"]),
    ],
)  # fmt: skip
def test_forms_of_citing(words: str, names: list[str]) -> None:
    found = statutes(SENTENCE.format(words))
    assert [s.name for s in found] == names
    assert all(SENTENCE.format(words)[s.start : s.end] == s.quote for s in found)


@pytest.mark.parametrize(
    "words",
    [
        "case no. 14-2312", "Chapter 11 rules", "suite 1373", "the man at 815 S. 4500 East", "12 S. 4th Street", "an order. A. 142 of them.", "567 U.S. 387", "Philadelphia, PA 19103-1234", "General Order 5.3", "Policy 428",
        "the AS 400 system", "an IC 3 complaint", "MCA 2", "Zip Code 97301", "a resolution of 2014", "Form I-247A", "Measure 12 inches", "an order, and Senate bill drafters", "Salem, OR 97301",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_law(words: str) -> None:
    assert statutes(SENTENCE.format(words)) == []


def test_a_bare_section_of_a_code_that_was_named_is_no_second_law() -> None:
    assert [s.name for s in statutes("Iowa Code chapter 27A binds the jail. Chapter 27A says so, and Chapter 804A does not.")] == ["Iowa Code 27A", "Chapter 804A"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The county ordinance of March 2014 forbids holds for ICE.", "ordinance of March 2014"),
        ("Its resolution adopted in June 2013 ended holds on detainers.", "resolution of June 2013"),
        ("An attorney general's opinion of May 2016 calls detainers requests.", "attorney general's opinion of May 2016"),
        ("Resolution 12-05/17 asks the sheriff to stop.", "Resolution 12-05/17"),
    ],
)
def test_laws_known_by_their_date_are_named(text: str, name: str) -> None:
    assert [s.name for s in statutes(text)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Under Policy 428 the jail may not hold anyone on an ICE detainer.",
        "The resolution of March 2014 thanked the fire brigade.",
        "The ordinance of March 2014 closed the ice rink.",
        "If you are here for SB 611, the hotel tax, come back at two.",
    ],
)
def test_an_office_s_own_rules_and_those_on_other_matters_are_not(text: str) -> None:
    assert statutes(text) == []

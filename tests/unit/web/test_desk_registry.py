"""The registry's pages at the desk, and claims: put in, judged twice, accepted into the agency's own registry."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from shelf_common import OREGON, Shelves, post, shelves, text_of

from dueprocess.registry import review as room
from dueprocess.web.desk.shelf import folder_of

ARTICLE = (
    "LOVING COUNTY, Texas (May 2, 2014). The Loving County Sheriff's Office will no longer hold inmates on immigration detainers without a warrant signed by a judge, "
    "Sheriff Pat Madeup said Friday. In Linn County, Oregon, the sheriff said the jail will continue to honor all ICE detainers.\n"
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelves]:
    with shelves(tmp_path_factory.mktemp("registry")) as found:
        yield found


def test_agencies_by_state_position_and_name(web: Shelves) -> None:
    client = web.signed_in("auditor")
    told = text_of(client.get("/registry?q=travis&as_of=2017-03-24"))
    assert "Travis County" in told and "2 on 2017-03-24" in told and "Last confirmed" in told
    iowa = client.get("/registry?state=IA&position=requires_court_order&as_of=2015-01-01")
    assert "wants a court order" in text_of(iowa) and "us/tx/" not in iowa.text.partition("<tbody>")[2]
    assert len(re.findall(r"/registry/agency/us/ia/", iowa.text)) >= 10
    # A long list has pages, and who is not there is said to be unknown, not to have no policy.
    long = client.get("/registry?every=yes")
    assert "Page 1 of" in text_of(long) and client.get("/registry?every=yes&page=2").text != long.text
    assert "Who is not listed is unknown" in text_of(client.get("/registry?q=zzz-no-such-place"))


def test_an_agencys_page_shows_both_sides_with_their_sources(web: Shelves) -> None:
    client = web.signed_in("auditor")
    page = client.get("/registry/agency/us/tx/travis-county/sheriff?as_of=2017-03-24")
    told = text_of(page)
    assert "Policy on paper on 2017-03-24" in told and "Last confirmed on" in told and "For it" in told and "Against it, or past" in told
    assert "Says who:" in told and re.search(r'<a href="https?://[^"]+" rel="noreferrer">', page.text)
    assert "What is said of a later day stands before what is said of an earlier one." in told
    # Another day, another view; what was not known yet is not told.
    before = text_of(client.get("/registry/agency/us/tx/travis-county/sheriff?as_of=2014-01-01&known_at=2014-01-01"))
    assert before != told and "by what was known on 2014-01-01" in before
    assert client.get("/registry/agency/us/tx/no-such-county/sheriff").status_code == 404
    assert client.get("/registry/agency/us/tx/travis-county/sheriff?as_of=yesterday").status_code == 400
    assert client.get("/registry?as_of=2999-01-01").status_code == 400


def test_the_map_of_a_day_without_and_with_a_script(web: Shelves) -> None:
    client = web.signed_in("counsel")
    page = client.get("/registry/map?as_of=2014-07-20")
    told = text_of(page)
    assert "Policies on paper on 2014-07-20" in told and "By state" in told and 'type="date"' in page.text and "<img" in page.text
    drawn = client.get("/registry/map.svg?as_of=2014-07-20")
    assert drawn.headers["content-type"] == "image/svg+xml" and "<svg" in drawn.text and "2014-07-20" in drawn.text and "style=" not in drawn.text
    slider = client.get("/registry/map/days?as_of=2014-07-20")
    policy = slider.headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[^']+'", policy) and "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
    assert 'type="range"' in slider.text and "/registry/map?as_of=2014-07-20" in slider.text
    # Every other page keeps the desk's own policy.
    assert "script-src 'self'" in page.headers["content-security-policy"] and "sha256" not in page.headers["content-security-policy"]


def test_changes_disagreements_and_counts(web: Shelves) -> None:
    client = web.signed_in("supervisor")
    told = text_of(client.get("/registry/changes?since=2014-04-11&until=2014-07-21"))
    assert "changes that sources date between the two days" in told and "CO" in told
    one = client.get("/registry/changes?since=2014-04-11&until=2014-07-21&state=CO").text
    assert "Agencies of CO" in one and "/registry/agency/us/co/" in one.partition('id="changes"')[2] and "/registry/agency/us/ca/" not in one.partition('id="changes"')[2]
    assert client.get("/registry/changes?since=2014-07-21&until=2014-04-11").status_code == 400
    assert "Where sources disagree on 2017-03-24" in text_of(client.get("/registry/disagreements?as_of=2017-03-24"))
    counts = client.get("/registry/counts")
    assert "117" in text_of(counts) and "fewer, but that number is not exact" in text_of(counts)
    name = re.findall(r'/registry/counts/([^"?]+)"', counts.text)[0]
    assert "What was counted" in text_of(client.get(f"/registry/counts/{name}"))
    assert client.get("/registry/counts/none-such").status_code == 404


def test_the_release_to_download(web: Shelves) -> None:
    client = web.signed_in("auditor")
    assert "claims.csv" in text_of(client.get("/registry/release?as_of=2017-03-24"))
    csv = client.get("/registry/release/claims.csv?as_of=2017-03-24")
    assert csv.headers["content-type"].startswith("text/csv") and csv.text.startswith("id,actor,") and "attachment" in csv.headers["content-disposition"]
    head = json.loads(client.get("/registry/release/registry.json?as_of=2017-03-24").text)
    assert head["as_of"] == "2017-03-24" and head["rows"]["claims"] > 1000
    whole = zipfile.ZipFile(io.BytesIO(client.get("/registry/release/all.zip?as_of=2017-03-24").content))
    assert {"claims.parquet", "codebook.csv", "CITATION.cff", "SHA256SUMS"} <= set(whole.namelist())
    assert client.get("/registry/release/..%2F..%2Fetc%2Fpasswd").status_code == 404
    assert client.get("/registry/release/SHA256SUMS.bak").status_code == 404


def test_who_may_read_and_who_may_decide(web: Shelves) -> None:
    for role in ("clerk", "administrator"):
        client = web.signed_in(role)
        for path in ("/shelves", "/registry", "/registry/map", "/registry/release/claims.csv", "/claims", "/claims/drop"):
            assert client.get(path).status_code == 403, path
        assert "/shelves" not in client.get("/status").text
    auditor = web.signed_in("auditor")
    assert auditor.get("/claims").status_code == 200 and auditor.get("/claims/drop").status_code == 403
    assert post(auditor, "/claims/drop", files=[("file", ("", b"", "text/plain"))], title="t", text="x").status_code == 403
    assert post(auditor, "/claims/one/any", decision="accept", reason="r").status_code == 403


def put_in(web: Shelves, role: str = "counsel", text: str = ARTICLE, **fields: str) -> list[str]:
    client = web.signed_in(role)
    sent = {"title": "A made-up article", "publisher": "Made-Up Herald", "date": "2014-05-02", "text": text, **fields}
    answer = post(client, "/claims/drop", files=[("file", ("", b"", "application/octet-stream"))], **sent)
    assert answer.status_code == 303, text_of(answer)
    return sorted(set(re.findall(r"/claims/one/([A-Za-z0-9-]+)", client.get("/claims?show=all").text)))


def test_a_text_put_in_gives_claims_that_two_people_judge(web: Shelves) -> None:
    claims = put_in(web)
    counsel, supervisor, auditor = web.signed_in("counsel"), web.signed_in("supervisor"), web.signed_in("auditor")
    assert len(claims) == 2
    texas = next(c for c in claims if "Loving" in counsel.get(f"/claims/one/{c}").text)
    page = counsel.get(f"/claims/one/{texas}")
    told = text_of(page)
    # Each claim stands with its words in the text, and matched to its agency.
    assert "<mark>" in page.text and "warrant signed by a judge" in re.findall(r"<mark>([^<]+)</mark>", page.text)[0]
    assert "us/tx/loving-county/sheriff" in page.text and "wants a judge" in told.lower() and "pending" in told
    assert post(counsel, f"/claims/one/{texas}", decision="accept").status_code == 400  # without a reason nothing is decided
    assert post(counsel, f"/claims/one/{texas}", decision="accept", reason="The sheriff says so in the text.").status_code == 303
    assert "accepted" in text_of(counsel.get(f"/claims/one/{texas}"))
    # The second reviewer does not see the first one's decision before their own.
    blind = text_of(supervisor.get(f"/claims/one/{texas}"))
    assert "1 other review: shown once you have given your own" in blind and "The sheriff says so" not in blind
    assert "Second review wanted (1)" in text_of(supervisor.get("/claims"))
    assert post(supervisor, f"/claims/one/{texas}", decision="reject", reason="Only a report of it.").status_code == 303
    assert "disputed" in text_of(supervisor.get(f"/claims/one/{texas}")) and "The sheriff says so" in text_of(supervisor.get(f"/claims/one/{texas}"))
    agreement = text_of(auditor.get("/claims"))
    assert re.search(r"Made-up (counsel and Made-up supervisor|supervisor and Made-up counsel) 1 0 %", agreement)
    assert post(supervisor, f"/claims/one/{texas}", decision="accept", reason="On second thought.").status_code == 303
    assert "100 %" in text_of(auditor.get("/claims"))
    # It stands in this agency's registry now, and in no other's.
    mine = text_of(auditor.get("/registry/agency/us/tx/loving-county/sheriff?as_of=2014-06-01"))
    assert "wants a judge" in mine and "A made-up article" in mine
    assert "A made-up article" not in web.signed_in("auditor", OREGON).get("/registry/agency/us/tx/loving-county/sheriff").text
    assert web.signed_in("counsel", OREGON).get(f"/claims/one/{texas}").status_code == 404
    # Counsel drafts the policy that the accepted claims give, and tries it; nobody else does.
    draft = counsel.get("/registry/proposal/us/tx/loving-county/sheriff")
    assert "Adopted by nobody." in text_of(draft) and "kind: agency_policy" in draft.text and "accepted by a reviewer" in draft.text and 'action="/whatif"' in draft.text
    assert supervisor.get("/registry/proposal/us/tx/loving-county/sheriff").status_code == 403
    assert "nobody has accepted" in counsel.get("/registry/proposal/us/tx/travis-county/sheriff").text
    # In the files a reviewer is an id in a role, as `agencies review` keeps it.
    with_files = next(p for p in (web.folder or Path()).rglob("reviews.csv"))
    text = with_files.read_text(encoding="utf-8")
    assert "Made-up" not in text and ",counsel,accept," in text and ",supervisor,accept," in text
    assert len(room.reviews_of(with_files.parent)[texas]) == 2


def test_a_correction_and_what_is_refused(web: Shelves) -> None:
    put_in(web, text=ARTICLE.replace("Loving", "Winkler").replace("LOVING", "WINKLER"))
    counsel = web.signed_in("counsel")
    pages = {c: counsel.get(f"/claims/one/{c}").text for c in re.findall(r"/claims/one/([A-Za-z0-9-]+)", counsel.get("/claims?show=open").text)}
    claim = next(c for c, text in pages.items() if "Winkler" in text.partition("<h1>")[2].partition("</h1>")[0])
    now = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', pages[claim].partition("Correct it")[2]))
    fields = {k: now.get(k, "").replace("&#39;", "'") for k in ("agency", "county_or_city", "state", "effective", "announced", "ended", "speaker", "claimant")}
    given = {**fields, "decision": "correct", "reason": "It names a court, too.", "position": "requires_court_order", "voice": "report", "confidence": "high"}
    assert post(counsel, f"/claims/one/{claim}", **{**given, "effective": "soon"}).status_code == 400
    assert post(counsel, f"/claims/one/{claim}", **{**given, "position": "no_such"}).status_code == 400
    assert post(counsel, f"/claims/one/{claim}", **given).status_code == 303
    told = text_of(counsel.get(f"/claims/one/{claim}"))
    assert "wants a court order" in told.lower() and "accepted" in told
    assert post(counsel, f"/claims/one/{claim}", decision="burn", reason="r").status_code == 400
    assert post(counsel, "/claims/one/no-such-claim", decision="accept", reason="r").status_code == 404


def test_texts_that_give_nothing_or_cannot_be_read(web: Shelves) -> None:
    counsel = web.signed_in("counsel")
    nothing = post(counsel, "/claims/drop", files=[("file", ("", b"", "text/plain"))], title="Weather", date="2014-05-02", text="It rained in Linn County on Friday.")
    assert "No new claim was found in it" in text_of(nothing)
    for files, text, says in (
        ([("file", ("a.bin", bytes(range(256)) * 40, "application/octet-stream"))], "", "no text"),
        ([("file", ("a.txt", b"words", "text/plain"))], "words too", "not clear which text"),
        ([("file", ("", b"", "text/plain"))], "", "not clear which text"),
    ):
        answer = post(counsel, "/claims/drop", files=files, title="t", date="2014-05-02", text=text)
        assert answer.status_code == 400 and says in answer.text, says
    hostile = f"<html><body><article><h1>News</h1><p>{ARTICLE}</p><script>alert(1)</script><img src=x onerror=alert(2)></article></body></html>".replace("Loving", "Reeves")
    answer = post(counsel, "/claims/drop", files=[("file", ("a.html", hostile.encode(), "text/html"))], title="<script>alert(3)</script>", date="2014-05-02", text="")
    assert answer.status_code == 303
    assert "<script>alert" not in counsel.get("/claims?show=all").text
    assert not list(folder_of(web.service, type("W", (), {"agency": "us/tx/loving-county/sheriff"})(), "registry").glob("tmp*"))  # type: ignore[arg-type]


def test_claims_that_ship_are_reviewed_on_the_agencys_page(web: Shelves) -> None:
    actor, counsel, auditor = "us/tx/travis-county/sheriff", web.signed_in("counsel"), web.signed_in("auditor")
    url = f"/registry/agency/{actor}"
    assert "nobody has accepted" in counsel.get(f"/registry/proposal/{actor}").text
    claims = sorted(set(re.findall(r'name="claim" value="([^"]+)"', counsel.get(url).text)))
    assert claims and "Review this claim" not in auditor.get(url).text
    for claim in claims:
        assert post(counsel, "/claims/known", claim=claim, decision="accept", reason="The source was read.").headers["location"] == url
    assert "nobody has accepted" not in counsel.get(f"/registry/proposal/{actor}").text
    told = text_of(counsel.get(url))
    assert "Reviewed at this desk: accepted, by 1 reviewer; you: accepted it on" in told and "Reviewed at this desk: accepted" in text_of(auditor.get(url))
    # A second reviewer decides before they see the first one's decision.
    second = web.signed_in("supervisor")
    assert "Reviewed at this desk" not in text_of(second.get(url))
    assert post(second, "/claims/known", claim=claims[0], decision="reject", reason="It is of another county.").status_code == 303
    assert "disputed, by 2 reviewers; you: rejected it" in text_of(second.get(url))
    for given, status in (({"claim": "none"}, 404), ({"claim": claims[0], "decision": "burn"}, 400), ({"claim": claims[0], "decision": "correct", "position": "no_such"}, 400), ({"claim": claims[0], "reason": ""}, 400)):
        assert post(counsel, "/claims/known", **{"decision": "accept", "reason": "x", **given}).status_code == status
    assert post(auditor, "/claims/known", claim=claims[0], decision="accept", reason="x").status_code == 403


def test_figures_rulings_and_incidents_of_a_text_are_judged_too(web: Shelves) -> None:
    text = ARTICLE.replace("Loving", "Terrell") + (
        "The ACLU said 117 counties in 18 states had changed their policies. The change follows Miranda-Olivares v. Clackamas County, in which a judge found that a woman "
        "was held 19 hours too long. Federal rule 8 C.F.R. 287.7 speaks of a request.\n"
    )
    put_in(web, text=text, title="A made-up count")
    counsel, supervisor = web.signed_in("counsel"), web.signed_in("supervisor")
    found = {kind: re.findall(rf"/claims/one/([a-z0-9-]+--{kind}-[0-9]+)", counsel.get(f"/claims?show=all&kind={kind}").text) for kind in ("count", "ruling", "law", "incident")}
    assert all(found.values()), found
    figure = next(c for c in found["count"] if "117 counties" in text_of(counsel.get(f"/claims/one/{c}")))
    page = counsel.get(f"/claims/one/{figure}")
    assert "<mark>" in page.text and "Of what" in text_of(page) and "/registry/counts#read" not in page.text
    assert post(counsel, f"/claims/one/{figure}", decision="correct", reason="r", unit="").status_code == 400
    assert post(counsel, f"/claims/one/{figure}", decision="correct", reason="r", as_of="soon").status_code == 400
    assert post(counsel, f"/claims/one/{figure}", decision="correct", reason="It says what changed.", definition="counties that changed their policy").status_code == 303
    # The second reviewer judges without the first one's decision; while they differ it stands under no counts.
    assert "It says what changed" not in supervisor.get(f"/claims/one/{figure}").text
    assert post(supervisor, f"/claims/one/{figure}", decision="accept", reason="So it says.").status_code == 303
    assert "disputed" in text_of(supervisor.get(f"/claims/one/{figure}")) and "Read out of texts" not in counsel.get("/registry/counts").text
    assert post(supervisor, f"/claims/one/{figure}", decision="correct", reason="Better so.", definition="counties that changed their policy").status_code == 303
    told = text_of(web.signed_in("auditor").get("/registry/counts")).partition("Read out of texts, and accepted here")[2]
    assert "117 counties" in told and "counties that changed their policy" in told and "A made-up count" in told
    assert "Read out of texts" not in web.signed_in("auditor", OREGON).get("/registry/counts").text
    assert post(counsel, f"/claims/one/{found['incident'][0]}", decision="accept", reason="So it says.").status_code == 303
    assert "evidence.csv" in counsel.get(f"/claims/one/{found['incident'][0]}").text
    row = next(p for p in (web.folder or Path()).rglob("evidence.csv")).read_text(encoding="utf-8")
    assert "19" in row and "Miranda-Olivares" in row
    agreement = text_of(counsel.get("/claims")).partition("How far reviewers agree")[2]
    assert re.search(r"figures Made-up (counsel and Made-up supervisor|supervisor and Made-up counsel) 1 100 %", agreement)
    assert counsel.get("/claims?kind=nonsense").status_code == 404


def test_a_correction_of_a_claim_that_ships_stands_before_it(web: Shelves) -> None:
    actor, counsel = "us/az/maricopa-county/sheriff", web.signed_in("counsel")
    url = f"/registry/agency/{actor}?as_of=2018-01-01"
    claim = re.findall(r'href="/claims/known/([^"]+)"', counsel.get(url).text)[0]
    form = counsel.get(f"/claims/known/{claim}")
    now = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form.text))
    fields = {k: now[k].replace("&#39;", "'") for k in ("claim", "agency", "effective", "announced", "ended", "speaker", "claimant")}
    assert fields["agency"] == actor and fields["claim"] == claim
    chosen = {k: re.search(rf'name="{k}">.*?<option(?: value="([^"]*)")? selected', form.text, re.DOTALL) for k in ("position", "voice")}
    given = {**fields, **{k: m[1] for k, m in chosen.items() if m}, "decision": "correct", "reason": "The order says a court's."}
    assert post(counsel, "/claims/known", **{**given, "agency": "us/az/nowhere/sheriff", "position": "requires_court_order"}).status_code == 400
    assert post(counsel, "/claims/known", **{**given, "position": "requires_court_order", "accepts": "court_order"}).headers["location"] == f"/registry/agency/{actor}"
    told = text_of(counsel.get(url))
    assert "Reviewers read its source again and corrected it" in told and "wants a court order" in told.lower() and f"corrects {claim}, by 1 review" in told
    assert "you: corrected it on" in told
    # Another agency's registry has what ships, and the form is not for the auditor.
    assert "corrected it: the correction" not in web.signed_in("counsel", OREGON).get(url).text
    auditor = web.signed_in("auditor")
    assert auditor.get(f"/claims/known/{claim}").status_code == 403 and counsel.get("/claims/known/none").status_code == 404
    assert counsel.get(f"/claims/known/review--corrects--{claim}").status_code == 404


def test_a_correction_of_a_count_that_ships_stands_before_it(web: Shelves) -> None:
    counsel, supervisor = web.signed_in("counsel"), web.signed_in("supervisor")
    count = next(c for c in re.findall(r'href="/claims/count/([^"]+)"', counsel.get("/registry/counts").text) if c.startswith("count-117-agencies"))
    form = counsel.get(f"/claims/count/{count}")
    given = {k: v.replace("&#39;", "'") for k, v in re.findall(r'name="(claim|value|unit|definition|scope|since|as_of|claimant)" value="([^"]*)"', form.text)}
    assert given["claim"] == count and given["value"] == "117"
    refused = ({}, {"value": ""}, {"as_of": "soon", "value": "118"}, {"value": "118", "reason": ""}, {"value": "118", "decision": "guess"}, {"claim": "none"})
    for changes in refused:
        answer = post(counsel, "/claims/count", **{**given, "decision": "correct", "reason": "Read again.", **changes})
        assert answer.status_code == (404 if "claim" in changes else 400), changes
    assert post(counsel, "/claims/count", **{**given, "value": "118", "decision": "correct", "reason": "The source has one more."}).headers["location"] == "/registry/counts"
    told = text_of(counsel.get("/registry/counts"))
    assert "Published: 118 agencies" in told and f"It ships as 117 agencies; corrects {count}, by 1 review" in told
    assert "118 agencies" not in told.partition("Read out of texts")[2]  # it is no new figure
    # The second reviewer judges without seeing the first; where they differ, what ships stands again.
    assert "one more" not in supervisor.get(f"/claims/count/{count}").text
    assert post(supervisor, "/claims/count", claim=count, decision="accept", reason="So it says.").status_code == 303
    assert "It ships as" not in text_of(counsel.get("/registry/counts")) and "one more" in supervisor.get(f"/claims/count/{count}").text
    for client in (counsel, supervisor):
        assert post(client, "/claims/count", claim=count, decision="reject", reason="It is another list's.").status_code == 303
    assert "Published: unknown agencies" in (told := text_of(counsel.get("/registry/counts"))) and f"rejected {count}, by 2 reviews" in told
    assert "figures Made-up" in text_of(counsel.get("/claims")).partition("How far reviewers agree")[2]
    # Another agency has what ships, and an auditor only looks.
    assert "It ships as" not in text_of(web.signed_in("counsel", OREGON).get("/registry/counts"))
    auditor = web.signed_in("auditor")
    assert "/claims/count/" not in auditor.get("/registry/counts").text and auditor.get(f"/claims/count/{count}").status_code == 403

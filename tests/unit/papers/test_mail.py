"""What came with an e-mail: attachments, pictures set into its text, e-mails that were forwarded."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from reader_common import HERE, paper

from dueprocess.papers import read_packet
from dueprocess.papers.mail import SEAL, open_mail
from dueprocess.testing.papers import draw_pdf, eml

DETAINER = draw_pdf(paper(60, "i-247a_2017-03"))


def outer(text: str = "see below") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = "clerk@jail.example", "records@jail.example", "FW: papers", "Mon, 02 Mar 2026 11:00:00 -0500"
    mail.set_content(text)
    return mail


def forwarded(times: int) -> bytes:
    data = eml([("a.pdf", DETAINER)], text="Please see attached.")
    for _ in range(times):
        mail = outer()
        mail.add_attachment(message_from_bytes(data, policy=default))
        data = mail.as_bytes()
    return data


def test_a_forwarded_e_mail_is_opened_and_a_chain_without_end_is_not() -> None:
    reading = read_packet([("mail.eml", forwarded(2))], limits=HERE)
    assert [p.kind for p in reading.papers] == ["i-247a"]
    assert [f.inside for f in reading.files if f.media != "text"] == [None, 1, 3, 5]
    assert reading.received == "2026-03-02T11:00:00-05:00"
    deep = read_packet([("mail.eml", forwarded(6))], limits=HERE)
    assert deep.papers == () and [f.code for f in deep.findings] == ["attachment_unreadable"]


def test_a_picture_in_the_text_is_a_page_and_an_office_s_seal_is_none() -> None:
    mail = outer()
    mail.add_alternative("<p>see</p><img src='cid:page@x'><img src='cid:seal@x'>", subtype="html")
    html = mail.get_payload()[1]
    html.add_related(b"\xff\xd8\xff" + bytes(SEAL), "image", "jpeg", cid="<page@x>")
    html.add_related(b"\xff\xd8\xff" + bytes(90), "image", "jpeg", cid="<seal@x>")
    mail.add_attachment(DETAINER, maintype="application", subtype="pdf", filename="a.pdf")
    found = open_mail(mail.as_bytes(), 10)
    assert [len(a) for a in found["attachments"]] == [SEAL + 3, len(DETAINER)]
    assert found["text"].strip() == "see below"


def test_a_letter_in_html_is_read_as_words_and_an_e_mail_without_papers_says_so() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@jail.example", "b@jail.example", "lunch"
    mail.set_content("<style>p{}</style><p>Soup &amp; bread</p><script>x()</script><p>at noon</p>", subtype="html")
    assert open_mail(mail.as_bytes(), 10)["text"].split() == ["Soup", "&", "bread", "at", "noon"]
    reading = read_packet([("mail.eml", mail.as_bytes())], limits=HERE)
    assert reading.papers == () and [f.code for f in reading.findings] == ["no_paper"]

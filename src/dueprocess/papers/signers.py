"""Printed titles, and who bears them."""

from __future__ import annotations

import re

from dueprocess.papers.words import locate, plain

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


def title_of(text: str) -> tuple[str | None, str]:
    """A printed name and title to who that is, and the words of the title alone (the name is nobody's business)."""
    for words, role in TITLES:
        found = locate(words, text)
        if found is not None and found[2] > 0.88:
            return role, text[found[0] : found[1]]
    if re.search(r"\bjudge\b|\bmagistrate\b", plain(text)):
        return None, "judge"  # of what, it does not say
    return None, ""

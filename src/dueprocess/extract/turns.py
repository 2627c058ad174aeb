"""Who has the floor in a transcript: whose "we" it is, and who speaks for no jail."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.gazetteer import Mention
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence

_TURN = re.compile(r"[\W\d]*(?P<name>(?:[A-Z][A-Za-z.'’-]+[ ]){0,3}[A-Z][A-Za-z'’-]+)(?:[ ]\((?P<of>[^)\n]{2,60})\))?:[ ]")
_OWN = Quick(r"\b(?:under)?sheriff\b|\bwarden\b|\bjailer\b|\bsuperintendent\b|\bjail\b|\bchief\b|\b(?:capt|captain|lt|lieutenant|sgt|sergeant|cmdr|commander|maj|major|deputy|administrator)\b", re.IGNORECASE)
_OTHER = Quick(r"\b(?:chair\w*|commissioner|council\w*|supervisor|legislator|delegate|senator|sen|rep|representative|assembly\w+|freeholder|member|mr|ms|mrs|dr|mayor|advocate|attorney|counsel|professor|reporter|host|judge|public|speaker|witness|clerk)\b", re.IGNORECASE)
_FEWEST = 3


class Turns:
    """The turns of a transcript, in order. A text with fewer than three is none."""

    def __init__(self, text: str) -> None:
        self.is_transcript = len(re.findall(r"^[^\n:]{3,70}:[ ]", text, re.MULTILINE)) >= _FEWEST and len(set(_OF_TITLE.findall(text))) > 1
        self._known: dict[str, Mention] = {}
        self.outsider = False

    def said(self, text: str) -> str:
        """The words of a sentence without the name of who says them."""
        match = _TURN.match(text) if self.is_transcript else None
        return text[match.end() :] if match is not None else text

    def turned(self, sentence: Sentence, inside: Sequence[Mention], main: Mention | None) -> Mention | None:
        """The agency of who takes the floor with this sentence, if one of an agency does; ``outsider`` tells whether somebody else has it."""
        if not self.is_transcript:
            return None
        match = _TURN.match(sentence.text)
        if match is None:
            return None
        last = match["name"].split()[-1].lower()
        named = next((m for m in inside if m.state and m.kind != "state" and sentence.start <= m.start < sentence.start + match.end()), None)
        if named is not None:
            self._known[last] = named
        self.outsider = _OTHER.search(match["name"]) is not None and _OWN.search(match["name"]) is None
        if self.outsider:
            return None
        mine = self._known.get(last)
        return mine or (main if _OWN.search(match["name"]) and not self._known else None)


_OF_TITLE = re.compile(r"^[\W\d]*((?:SHERIFF|UNDERSHERIFF|WARDEN|CHAIR\w*|LEGISLATOR|COMMISSIONER|SUPERVISOR|DELEGATE|SENATOR|REP\.|MS\.|MR\.|MRS\.|COUNCIL\w+|CHIEF|CAPT\.|LT\.|MAYOR|JAILER|SUPERINTENDENT|Sheriff|Warden|Chair\w*|Legislator|Commissioner|Supervisor|Delegate|Senator|Council\w+|Chief|Capt\.|Ms\.|Mr\.)[ ][A-Z][A-Za-z.'’ -]{2,40})(?: \([^)\n]*\))?:[ ]", re.MULTILINE)

"""What the public page says, in English and Spanish, and how far the Spanish was checked.

The words never say what is or is not within the law: they say what the encoded law says. Keys are the same in both
languages; a text that the law files give (what a norm rests on) exists in English only and is marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.public.words_en import EN, EN_FACTS
from dueprocess.public.words_es import ES, ES_FACTS

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
REVIEWED: Mapping[str, str | None] = {"en": None, "es": None}
"""By whom (a role) and when the page's own words were reviewed; None: by nobody yet."""

_TABLES = {"en": (EN, EN_FACTS), "es": (ES, ES_FACTS)}


class Words:
    """The texts of one language. Raises InputError for a language that there is none of."""

    def __init__(self, lang: str) -> None:
        if lang not in _TABLES:
            raise InputError(f"no texts in [{lang}]", do=f"one of {', '.join(_TABLES)}")
        self.lang = lang
        self._table, self._facts = _TABLES[lang]

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key; a value is put in as it stands."""
        return self._table[key].format(**values) if values else self._table[key]

    def get(self, key: str, default: str) -> str:
        """The text of a key that the data may not have a text for."""
        return self._table.get(key, default)

    def fact(self, fact: Mapping[str, Any], answer: bool) -> str:
        """A boolean fact as a short clause (``the form states probable cause``); else its question with the answer."""
        name = fact["name"].rpartition(":")[2]
        if name in self._facts:
            return self._facts[name][0 if answer else 1]
        question = fact["question_es"] if self.lang == "es" else fact["question"]
        return self("fact.answer", question=question, answer=self("yes" if answer else "no"))

    def question(self, fact: Mapping[str, Any]) -> str:
        """The vocabulary's own question."""
        return str(fact["question_es"] if self.lang == "es" else fact["question"])

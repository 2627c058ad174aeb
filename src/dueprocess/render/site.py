"""A lawbook as a folder of pages that need no server, and the coverage as one page. Knows no law.

The pages hold no script but the search of the index, which is one inline text with its hash in the page's own policy, so
that it works from a file and nothing else can run. Every text is escaped. Same input, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dueprocess.render.page import whole
from dueprocess.render.sheet import clean, cleaned

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent


def site_pages(site: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each page of ``law.export.site_of`` as its path in the folder (with ``/``) and its text."""
    shared = {"as_of": site["as_of"], "notice": site["notice"], "version": site["law_version"], "site": True}
    yield "index.html", _page("index", site, "The lawbook, in plain words", here="index", script=True, groups=_groups(site), **shared)
    for item in site["authorities"]:
        here = f"law/{item['id']}"
        yield f"{here}.html", _page("authority", item, f"{item['title']} · lawbook", here=here, **shared)
    for item in site["places"]:
        here = f"place/{item['id']}"
        yield f"{here}.html", _page("place", item, f"{item['name']} · lawbook", here=here, **shared)


def coverage_page(table: Mapping[str, Any], svg: str, adoption_svg: str = "", *, notice: str) -> str:
    """The coverage table with its maps as one page. The drawings are our own: their texts are escaped already."""
    from markupsafe import Markup

    states: dict[str, list[Mapping[str, Any]]] = {s["place"]: [] for s in table["states"]}
    for county in table["counties"]:
        states["/".join(county["place"].split("/")[:2])].append(county)
    by_state = [{"name": s["name"], "rows": states[s["place"]]} for s in table["states"]]
    title = f"Coverage of the lawbook on {table['as_of']}"
    return _page(
        "coverage", table, title, here="index", map=Markup(svg), adoption_map=Markup(adoption_svg), by_state=by_state, notice=notice,
        as_of=table["as_of"], version=table["law_version"], site=False,
    )  # fmt: skip


def _groups(site: Mapping[str, Any]) -> list[dict[str, Any]]:
    places = [{"page": f"place/{p['id']}", "title": p["name"], "more": p["id"]} for p in site["places"]]
    places.sort(key=lambda p: (p["more"].count("/") > 0, p["title"], p["more"]))
    laws: dict[str, list[dict[str, str]]] = {}
    for a in site["authorities"]:
        kind = a["kind"].split(",")[0]
        laws.setdefault(kind, []).append({"page": f"law/{a['id']}", "title": a["title"], "more": f"{a['citation']} · {a['id']}"})
    named = [{"title": k[0].upper() + k[1:], "entries": laws[k]} for k in sorted(laws)]
    high = [p for p in places if p["more"].count("/") < 2]
    low = [p for p in places if p["more"].count("/") >= 2]
    return [{"title": "The country and the states", "entries": high}, *named, {"title": "Counties and cities", "entries": low}]


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, Undefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=Undefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["whole"] = whole
    return environment.get_template("site.html.jinja")


@lru_cache(maxsize=1)
def _style() -> tuple[str, str]:
    style = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "site.css"))
    return style, _hash(style)


@lru_cache(maxsize=1)
def _script() -> tuple[str, str]:
    script = (_FOLDER / "site.js").read_text(encoding="utf-8")
    return script, _hash(script)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(view: str, value: Mapping[str, Any], title: str, *, here: str, script: bool = False, **more: Any) -> str:
    from markupsafe import Markup

    style, style_hash = _style()
    code, code_hash = _script() if script else ("", "")
    groups = more.pop("groups", [])
    html = _template().render(
        view=view, v=cleaned(value), title=clean(title), href=_hrefs(here), style=Markup(style), style_hash=style_hash,
        script=Markup(code), script_hash=code_hash, groups=cleaned(groups), **more,
    )  # fmt: skip
    return html.lstrip() + "\n"


def _hrefs(here: str) -> Callable[[str], str]:
    folder = posixpath.dirname(here)

    def href(page: str) -> str:
        return quote(posixpath.relpath(f"{page}.html", folder or "."), safe="/.")

    return href



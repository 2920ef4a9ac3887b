"""Terms as people read them, in each language; what differs between two of them; who signed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from smarketing.agreements.models import Paper

from .. import drafts, terms
from ..models import Contract, Terms
from ..sections import differ, reading
from ..sections import text as texts

DRAFT = "draft"


@dataclass(frozen=True)
class Version:
    """A text of a contract that can be read and compared. `key` in addresses: "draft" or the number of its paper."""

    key: str
    title: str
    body: Mapping[str, Any]
    paper: Paper | None = None
    signed: Terms | None = None


def papers_of(contract: Contract):
    """Every proposed paper of a contract, the newest first."""
    return Paper.objects.filter(kind=terms.PAPER, line=f"contract:{contract.pk}").order_by("-number")


def versions(contract: Contract, at) -> list[Version]:
    """Every text of a contract, the newest first; the draft where it holds something that is not proposed."""
    signed = {one.paper_id: one for one in contract.terms.select_related("span")}
    papers = list(papers_of(contract))
    out = [_version(paper, signed.get(paper.pk)) for paper in papers]
    if not drafts.spent(contract) and not (out and out[0].body == contract.draft.body):
        out.insert(0, Version(DRAFT, _("Draft"), drafts.body_of(contract, at)))
    return out


def _version(paper: Paper, signed: Terms | None) -> Version:
    words = {"number": paper.number}
    if signed is None:
        title = _("Version %(number)s, proposed") % words
    else:
        day = date_format(signed.starts_on, "SHORT_DATE_FORMAT")
        title = _("Version %(number)s, in force from %(day)s") % (words | {"day": day})
    return Version(str(paper.number), title, json.loads(paper.body), paper, signed)


def read(contract: Contract, body: Mapping[str, Any]) -> reading.Reading:
    return reading.of(contract.name, contract.line.name, body)


def in_each_language(say: Callable[[], Any]) -> list[tuple[str, str, Any]]:
    """(code, name, what `say` gives) in each language, the active one first."""
    out: list[tuple[str, str, Any]] = []
    for code, name in sorted(settings.LANGUAGES, key=lambda pair: pair[0] != get_language()):
        with override(code):
            out.append((code, name, say()))
    return out


def both(contract: Contract, body: Mapping[str, Any], *, anchors: bool = True) -> list[tuple[str, str, str]]:
    """(code, name, text) of the same terms in each language; the first one's clauses can be pointed at."""
    one, active = read(contract, body), get_language()

    def said() -> str:
        context = {"headings": texts.document(one), "anchors": anchors and get_language() == active}
        return render_to_string("sla/text.html", context)

    return in_each_language(said)


def differences(contract: Contract, old: Version, new: Version) -> list[tuple[str, str, list[differ.Change]]]:
    """(code, name, changes) in each language."""
    before, after = read(contract, old.body), read(contract, new.body)
    return in_each_language(lambda: differ.changes(before, after))


def before(found: list[Version], one: Version) -> Version | None:
    """The signed version that a text follows: what it is compared with."""
    later = False
    for other in found:
        if later and other.signed is not None:
            return other
        later = later or other.key == one.key
    return None


def part(one: reading.Reading, key: str) -> texts.Part | None:
    """A section as it will read; None while it says nothing."""
    return next((part for heading in texts.document(one) for part in heading.parts if part.key == key), None)

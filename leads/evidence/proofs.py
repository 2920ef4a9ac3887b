"""What a decision names as its proof, in the words of the story; a record is a link for who may open it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.handoffs import evidence, records
from leads.models import Company, Lead
from personas.models import DefinitionVersion
from smarketing.accounts.models import User

from .story import Entry

ATTEMPTS, RECORDS = "attempts:", ("lead:", "company:")


@dataclass(frozen=True)
class Record:
    """A lead or a company by its number, in words; `opens`: whether the reader has its page."""

    kind: str
    pk: int
    words: str
    opens: bool


def words(value: str, version: DefinitionVersion | None) -> str:
    """ "phone", "contradicts “country is France”", "lead 12"; "" for nothing."""
    if value.startswith(RECORDS):
        return records.words(value)
    if value.startswith(ATTEMPTS):
        n = int(value.removeprefix(ATTEMPTS))
        return ngettext("%(n)s attempt", "%(n)s attempts", n) % {"n": n}
    if value.startswith("field:"):
        return dict(evidence.fields()).get(value, value.removeprefix("field:"))
    if not value or version is None:
        return value
    said = dict(evidence.criteria(version)).get(value)
    return _("contradicts “%(criterion)s”") % {"criterion": said} if said else value


def records_of(entries: Iterable[Entry], reader: User | None) -> dict[str, Record]:
    """Kept evidence → the record it names."""
    named = {one.body.get("evidence", "") for one in entries}
    asked = {one: (one.partition(":")[0], records.number(one)) for one in named if one.startswith(RECORDS)}
    if not asked:
        return {}
    seen: dict[str, set[int]] = {"lead": set(), "company": set()}
    if reader is not None:
        for kind, model in (("lead", Lead), ("company", Company)):
            wanted = [pk for what, pk in asked.values() if what == kind]
            seen[kind] = set(model.objects.visible_to(reader).filter(pk__in=wanted).values_list("pk", flat=True))
    return {one: Record(kind, pk, records.words(one), pk in seen[kind]) for one, (kind, pk) in asked.items()}

"""Which terms are in force on which days: derived from all signed terms of a definition line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from personas.models import DefinitionLine

from .models import Terms, TermsSpan


@dataclass(frozen=True)
class Span:
    """Local days [first, until) of terms; `until` None: without end."""

    terms: int
    contract: int
    first: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)

    def meets(self, other: "Span") -> bool:
        return (self.until is None or other.first < self.until) and (other.until is None or self.first < other.until)


def effective(terms: Iterable[tuple[int, int, int, date, date | None]]) -> list[Span]:
    """Spans of (id, contract, number, starts, ends): later starts of the same contract replace earlier ones."""
    out: list[Span] = []
    rows = sorted(terms, key=lambda row: (row[1], row[3], row[2]))
    for index, (pk, contract, _number, starts, ends) in enumerate(rows):
        after = rows[index + 1] if index + 1 < len(rows) and rows[index + 1][1] == contract else None
        ends = min((day for day in (ends, after and after[3]) if day), default=None)
        if ends is None or starts < ends:
            out.append(Span(pk, contract, starts, ends))
    return out


def lay(line: DefinitionLine) -> list[Span]:
    """Write the spans of a line anew. ValidationError when terms of two contracts would be in force on one day."""
    DefinitionLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    found = effective(
        Terms.objects.filter(contract__line=line).values_list("pk", "contract_id", "number", "starts_on", "ends_on")
    )
    for index, one in enumerate(found):
        for other in found[index + 1 :]:
            if one.contract != other.contract and one.meets(other):
                name = Terms.objects.get(pk=min(one.terms, other.terms)).contract.name
                raise ValidationError(
                    _("Contract “%(name)s” is in force on this definition in that time.") % {"name": name}
                )
    TermsSpan.objects.filter(line=line).delete()
    TermsSpan.objects.bulk_create(
        TermsSpan(terms_id=one.terms, line=line, first=one.first, until=one.until) for one in found
    )
    return found

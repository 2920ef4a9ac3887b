"""What moved in a span of days: each step of the loop with its figure, as a line that leads to its rows."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla import words
from smarketing.accounts.models import User
from smarketing.measures import engine, numbers, registry
from smarketing.notify.digests import Span
from smarketing.notify.letters import Row
from smarketing.rows.models import Installation
from smarketing.web import money

# Measure → the day by which it is counted, in the order of the loop.
STEPS = {
    "leads": "created", "mql": "handed", "mql_repeated": "handed", "accepted": "decided", "turned_down": "decided",
    "sql": "reached", "deals": "opened", "won": "won", "revenue": "won",
}  # fmt: skip
CERTAIN = ("leads", "mql", "accepted")  # said even when there was none


def rows(user: User, span: Span, cutoff: datetime, steps: Iterable[str] = tuple(STEPS)) -> list[Row]:
    """The steps that moved; none at all where nothing did."""
    period, found = {"first": span.since, "until": span.until, "cutoff": cutoff}, []
    for key in steps:
        answer = engine.answer(key, user=user, date=STEPS[key], **period)
        value = answer.total.value or 0
        if value or key in CERTAIN:
            found.append(
                (
                    value,
                    Row(
                        str(registry.find(key).label),
                        "",
                        _figure(answer, value),
                        link(engine.rows_url(key, date=STEPS[key], **period)),
                    ),
                )
            )
    return [row for _value, row in found] if any(value for value, _row in found) else []


def _figure(answer: engine.Answer, value: numbers.Exact) -> str:
    if answer.unit == numbers.MONEY:
        currency = Installation.objects.values_list("currency", flat=True).first() or ""
        return money.text(numbers.rounded(value, 0), currency, 0)
    return words.number(int(value))


def link(path: str) -> str:
    return settings.PUBLIC_URL + path if path else ""


def days(span: Span) -> str:
    """The days of a span in words: one of them, or from one to the last."""
    last = date.fromordinal(span.until.toordinal() - 1)
    if span.since == last:
        return date_format(last, "DATE_FORMAT")
    said = {"first": date_format(span.since, "SHORT_DATE_FORMAT"), "last": date_format(last, "SHORT_DATE_FORMAT")}
    return _("%(first)s to %(last)s") % said

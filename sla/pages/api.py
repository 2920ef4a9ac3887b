"""The contract for programs: which contracts there are, and one month of one with every clause, whole and in parts."""

from datetime import date
from fractions import Fraction
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.measures import numbers
from smarketing.rows import clock, fence

from .. import derive, follow, split, waivers
from ..figures import Figure, Volume
from ..kinds import MONEY
from ..models import Contract, Waiver
from . import links


class FigureShape(serializers.Serializer):
    terms = serializers.IntegerField(help_text=_("Version of the terms."))
    promised = serializers.CharField(help_text=_("Decimal string: a volume, or a share."))
    value = serializers.CharField(allow_null=True, help_text=_("Decimal string: counted, or the share met of settled."))
    n = serializers.IntegerField(help_text=_("Counted; of a share, promises kept."))
    of = serializers.IntegerField(allow_null=True, help_text=_("Of a share: settled promises."))
    pending = serializers.IntegerField(allow_null=True)
    excluded = serializers.IntegerField(allow_null=True)
    waived = serializers.IntegerField(allow_null=True, help_text=_("Promises waived by both sides."))
    forecast = serializers.CharField(allow_null=True, help_text=_("Of a volume in a month that runs."))
    state = serializers.ChoiceField(["kept", "broken", "on_pace", "behind", "nothing"])


class PartShape(FigureShape):
    since = serializers.DateField(allow_null=True, help_text=_("Null for promises made before the month."))
    to = serializers.DateField(allow_null=True, help_text=_("Exclusive."))

    def get_fields(self):
        """`from` is a word of Python; of the API too."""
        return {"from" if name == "since" else name: field for name, field in super().get_fields().items()}


class ClauseShape(FigureShape):
    clause = serializers.CharField()
    side = serializers.ChoiceField(["marketing", "sales", "both"])
    kind = serializers.CharField()
    period = serializers.ChoiceField(
        ["month", "quarter", "year"],
        help_text=_(
            "Over which it is judged: in the last month of a quarter or year; before, the figures are what has come of it by the end of the month."
        ),
    )
    period_from = serializers.DateField(help_text=_("First day of the period that the figures are about."))
    period_to = serializers.DateField(
        help_text=_("Exclusive: the end of the month, or of a longer period in its last one.")
    )
    parts = PartShape(many=True, help_text=_("Of a month split by an amendment; else none."))
    rows_url = serializers.URLField(help_text=_("The page that lists the rows counted."))


class MonthShape(serializers.Serializer):
    contract = serializers.CharField()
    month = serializers.CharField(help_text=_("As 2026-11."))
    phase = serializers.ChoiceField(["future", "running", "grace", "over", "closed", "none"])
    business_days = serializers.IntegerField()
    elapsed = serializers.IntegerField()
    cutoff = serializers.DateTimeField(help_text=_("The last known fact included."))
    sha256 = serializers.CharField(allow_blank=True, help_text=_("Digest of the closed book."))
    restated = serializers.IntegerField(help_text=_("Facts of a closed month recorded after its close."))
    clauses = ClauseShape(many=True)


class ContractShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.URLField(help_text=_("The current month."))


class Contracts(APIView):
    """Which contracts there are."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="contracts", description=_("Which contracts there are."), responses=ContractShape(many=True)
    )
    def get(self, request: Request) -> Response:
        month = f"{clock.today():%Y-%m}"
        return Response(
            [
                {
                    "id": one.pk, "name": one.name,
                    "url": request.build_absolute_uri(reverse("sla:api_month", args=[one.pk, month])),
                }
                for one in Contract.objects.visible_to(request.user).order_by("name")
            ]
        )  # fmt: skip


class WaiverShape(serializers.Serializer):
    id = serializers.IntegerField()
    handoff = serializers.IntegerField()
    lead = serializers.IntegerField()
    clause = serializers.CharField()
    side = serializers.CharField(help_text=_("The side that asked."))
    reason = serializers.CharField()
    asked = serializers.DateTimeField()
    answer = serializers.ChoiceField(["", "consent", "refuse", "withdraw"], help_text=_("Empty while it is open."))
    answered = serializers.DateTimeField(allow_null=True)


class Waivers(APIView):
    """Waivers of a contract's promises, asked for and answered, the newest first."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="contract_waivers",
        description=_("Waivers of a contract's promises, asked for and answered, the newest first."),
        responses=WaiverShape(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        contract = get_object_or_404(Contract.objects.visible_to(request.user), pk=pk)
        return Response([_waiver(one) for one in waivers.of(contract)])


def _waiver(one: Waiver) -> dict[str, Any]:
    answer = getattr(one, "answer", None)
    return {
        "id": one.pk, "handoff": one.handoff_id, "lead": one.handoff.lead_id, "clause": one.clause_key, "side": one.side,
        "reason": one.reason, "asked": one.occurred_at.isoformat(), "answer": answer.kind if answer else "",
        "answered": answer.occurred_at.isoformat() if answer else None,
    }  # fmt: skip


class OneMonth(APIView):
    """A month of a contract: every clause of both sides; a closed month as its book has it."""

    verb = "measures.read"
    schema = AutoSchema()

    @extend_schema(
        operation_id="contract_month",
        description=_("A month of a contract: every clause of both sides; a closed month as its book has it."),
        responses=MonthShape,
    )
    def get(self, request: Request, pk: str, month: str) -> Response:
        contract, at = get_object_or_404(Contract.objects.visible_to(request.user), pk=pk), clock.now()
        derive.catch_up(at)
        shown = follow.month(contract, date.fromisoformat(f"{month}-01"), at, fence.cutoff())
        return Response(body(shown, request))


def body(shown: follow.Month, request: Any) -> dict[str, Any]:
    """A month as JSON says it."""
    return {
        "contract": shown.contract.name, "month": f"{shown.first:%Y-%m}", "phase": shown.phase,
        "business_days": shown.days, "elapsed": shown.elapsed, "cutoff": shown.cutoff.isoformat(),
        "sha256": shown.frozen.sha256 if shown.frozen else "",
        "restated": shown.frozen.restated if shown.frozen else 0,
        "clauses": [_clause(shown, row, request) for row in shown.rows],
    }  # fmt: skip


def _clause(shown: follow.Month, row: follow.Row, request: Any) -> dict[str, Any]:
    span = shown.span(row)
    return {
        "clause": row.clause.key, "side": row.clause.side, "kind": row.clause.kind, "period": row.clause.period,
        "period_from": span.first.isoformat(), "period_to": span.seen.isoformat(),
        **_figure(row.clause.terms.number, row.figure), "parts": [_part(part) for part in row.parts],
        "rows_url": request.build_absolute_uri(links.rows(shown, row)),
    }  # fmt: skip


def _part(part: split.Part) -> dict[str, Any]:
    edges = {"from": part.first and part.first.isoformat(), "to": part.until and part.until.isoformat()}
    return edges | _figure(part.number, part.figure)


def _figure(terms: int, figure: Figure) -> dict[str, Any]:
    """A figure as JSON: exact numbers as decimal strings of six digits, half to even."""
    if isinstance(figure, Volume):
        return {
            "terms": terms, "promised": numbers.api(figure.target, numbers.NUMBER), "value": _counted(figure),
            "n": int(figure.count), "of": None, "pending": None, "excluded": None, "waived": None,
            "forecast": numbers.api(figure.forecast, numbers.NUMBER), "state": figure.state,
        }  # fmt: skip
    value = Fraction(figure.met, figure.settled) if figure.settled else None
    return {
        "terms": terms, "promised": numbers.api(figure.promised, numbers.RATIO), "value": numbers.api(value, numbers.RATIO),
        "n": figure.met, "of": figure.settled, "pending": figure.pending, "excluded": figure.excluded, "waived": figure.waived,
        "forecast": None, "state": figure.state,
    }  # fmt: skip


def _counted(figure: Volume) -> str:
    """What a volume has come to, as a decimal string; money with its cents."""
    unit = numbers.MONEY if figure.unit == MONEY else numbers.COUNT
    return str(numbers.api(Fraction(figure.count), unit))

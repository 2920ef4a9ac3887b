"""What a draft would have done, for programs."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.replay import groups, runs
from leads.replay.months import Figures, Share
from personas.models import DefinitionLine
from smarketing.measures import numbers
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock

from .replay_table import Row, Sheet, Side


class ShareShape(serializers.Serializer):
    value = serializers.CharField(allow_null=True, help_text=_("Decimal string; null over 0."))
    n = serializers.IntegerField(help_text=_("The hits."))
    of = serializers.IntegerField(help_text=_("Base of the share."))
    interval = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text=_("95 % interval (Wilson).")
    )
    open = serializers.IntegerField(
        help_text=_("Cases about which nothing can be said yet: undecided, or handed over too recently.")
    )


class SideShape(serializers.Serializer):
    mql = serializers.IntegerField()
    handed = serializers.IntegerField(help_text=_("Of them, how many really were handed over."))
    accepted = ShareShape()
    won = ShareShape()
    rows_url = serializers.URLField(help_text=_("The page that lists the leads counted."))


class ReplayedMonthShape(serializers.Serializer):
    month = serializers.CharField(help_text=_("As 2026-05, in the installation's zone."))
    running = serializers.BooleanField()
    draft = SideShape()
    was = SideShape(help_text=_("What really happened."))
    handoffs = serializers.IntegerField(
        help_text=_("Of the draft, at its cool-down and pace and with its mandatory fields.")
    )
    handoffs_url = serializers.URLField(help_text=_("The page that lists the leads counted."))
    hours = serializers.CharField(help_text=_("Sales hours that the draft's handoffs need."))
    available = serializers.CharField(help_text=_("Sales hours that there are."))


class AgainstShape(serializers.Serializer):
    n = serializers.IntegerField()
    rows_url = serializers.URLField()


class ReplayedGroupShape(serializers.Serializer):
    group = serializers.CharField(allow_blank=True, help_text=_("Blank: leads of no group."))
    draft = SideShape()
    was = SideShape()
    gained = serializers.IntegerField(allow_null=True)
    lost = serializers.IntegerField(allow_null=True)
    kept = serializers.IntegerField(allow_null=True)


class ReplayShape(serializers.Serializer):
    progress = serializers.ChoiceField(
        ["waiting", "running", "done", "failed"], help_text=_("Ask again until it is done.")
    )
    revision = serializers.IntegerField(help_text=_("Of the draft."))
    walked = serializers.IntegerField(help_text=_("Leads looked at so far."))
    leads = serializers.IntegerField()
    cutoff = serializers.DateTimeField(allow_null=True, help_text=_("The last known fact included."))
    differs = serializers.IntegerField(
        allow_null=True, help_text=_("Of the version in force itself: qualifications that differ from the record.")
    )
    since = serializers.DateTimeField(allow_null=True, help_text=_("From when there is a record to compare with."))
    months = ReplayedMonthShape(many=True)
    waiting = serializers.DictField(
        child=AgainstShape(),
        help_text=_("The draft's MQLs that wait at the end: pace, mandatory, cooling, open, opposition."),
    )
    against = serializers.DictField(
        child=AgainstShape(), allow_null=True, help_text=_("gained, lost, kept, customers.")
    )
    groups = ReplayedGroupShape(many=True)


class Months(APIView):
    """What the draft of a definition would have done in each of the last twelve months, and in the running one."""

    verb = "definition.view"
    schema = AutoSchema()

    @extend_schema(
        operation_id="definition_months",
        description=_(
            "What the draft of a definition would have done in each of the last twelve months, and in the running one."
        ),
        parameters=[OpenApiParameter("by", enum=list(groups.BY), description=_("The closed months by group, too."))],
        responses={200: ReplayShape, 202: ReplayShape, 400: ErrorShape},
    )
    def get(self, request: Request, pk: int) -> Response:
        line = get_object_or_404(DefinitionLine.objects.select_related("draft"), pk=pk)
        by = request.query_params.get("by", "")
        if by and by not in groups.BY:
            refusal = _("by: one of %(known)s is wanted.") % {"known": ", ".join(groups.BY)}
            return Response({"code": "unknown_dimension", "message": str(refusal)}, status=400)
        found = runs.ask(line, clock.now())
        if runs.here_and_now(found):
            runs.work(found)
            found.refresh_from_db()
        done = found.state == "done"
        sheet = Sheet(found, by) if done else None
        said = {
            "progress": found.state, "revision": found.revision, "walked": found.walked, "leads": found.total,
            "cutoff": found.cutoff, "differs": found.differs, "since": sheet.since if sheet else None,
            "months": [_month(row, request) for row in reversed(sheet.rows)] if sheet else [],
            "waiting": _waiting(sheet, request), "against": _against(sheet, request), "groups": [_group(one, request) for one in sheet.every_group()] if sheet else [],
        }  # fmt: skip
        return Response(said, status=200 if done else 202)


def _month(row: Row, request: Request) -> dict[str, Any]:
    return {
        "month": row.first.strftime("%Y-%m"), "running": row.running, "draft": _side(row.draft, request), "was": _side(row.was, request),
        "handoffs": row.passed, "handoffs_url": request.build_absolute_uri(row.passed_url),
        "hours": numbers.api(row.load, numbers.NUMBER), "available": numbers.api(row.available, numbers.NUMBER),
    }  # fmt: skip


def _side(side: Side, request: Request) -> dict[str, Any]:
    found: Figures = side.figures
    return {
        "mql": found.mql, "handed": found.handed, "accepted": _share(found.accepted), "won": _share(found.won),
        "rows_url": request.build_absolute_uri(side.url),
    }  # fmt: skip


def _share(share: Share) -> dict[str, Any]:
    edges = share.interval
    return {
        "value": numbers.api(share.value, numbers.RATIO), "n": share.hits, "of": share.of, "open": share.open,
        "interval": [numbers.api(edge, numbers.RATIO) for edge in edges] if edges else None,
    }  # fmt: skip


def _against(sheet: Sheet | None, request: Request) -> dict[str, Any] | None:
    if sheet is None or sheet.against is None:
        return None
    return {name: {"n": n, "rows_url": request.build_absolute_uri(url)} for name, (n, url) in sheet.against.items()}


def _waiting(sheet: Sheet | None, request: Request) -> dict[str, Any]:
    found = sheet.waiting if sheet else []
    return {name: {"n": n, "rows_url": request.build_absolute_uri(url)} for name, _words, n, url in found}


def _group(one, request: Request) -> dict[str, Any]:
    found = one.found
    return {
        "group": found.key, "draft": _side(one.draft, request), "was": _side(one.was, request),
        "gained": found.gained, "lost": found.lost, "kept": found.kept,
    }  # fmt: skip

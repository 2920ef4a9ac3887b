"""Companies that may be one, for programs: which, what a merge would do, merging and taking it back."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.models import Company, CompanyMerge
from leads.twins import firms, firms_likely
from leads.twins.merge import Refusal
from smarketing.accounts.programs import body, refused
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock


class LikelyShape(serializers.Serializer):
    company = serializers.IntegerField()
    name = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="domain, name, mail, site, name_near")


class MergedShape(serializers.Serializer):
    merge = serializers.IntegerField(help_text=_("Its number, by which it is taken back."))
    company = serializers.IntegerField(help_text=_("The company that was merged."))
    name = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)


class StandingShape(serializers.Serializer):
    stands_for = serializers.IntegerField(allow_null=True, help_text=_("The company that it was merged into."))
    merged = MergedShape(many=True)
    likely = LikelyShape(many=True, help_text=_("Which may be the same, the surest first."))


class AskShape(serializers.Serializer):
    company = serializers.IntegerField(help_text=_("The company to be merged into this one."))
    dry_run = serializers.BooleanField(default=False, help_text=_("Only say what would become of them."))


class DoneShape(serializers.Serializer):
    merge = serializers.IntegerField(allow_null=True, help_text=_("null in a dry run."))
    becomes = serializers.ListField(child=serializers.CharField(), help_text=_("What becomes of them, in sentences."))


class BackShape(serializers.Serializer):
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=200, help_text=_("Wanted after 30 seconds.")
    )
    dry_run = serializers.BooleanField(default=False, help_text=_("Only say what would become of them."))


class Merges(APIView):
    """What a company was merged with, and merging another one into it."""

    verb = {"GET": "leads.view", "POST": "companies.merge"}
    schema = AutoSchema()

    @extend_schema(
        operation_id="company_merges",
        description=_("What was merged into a company, and which companies may be the same."),
        responses=StandingShape,
    )
    def get(self, request: Request, pk: int) -> Response:
        company = _company(request, pk)
        likely = [
            {"company": one.company.pk, "name": firms.called(one.company), "reasons": one.reasons}
            for one in firms_likely.of(company)
        ]
        merged = [_merged(one) for one in firms.into(company)]
        return Response({"stands_for": company.root_id, "merged": merged, "likely": likely})

    @extend_schema(
        operation_id="company_merge",
        description=_("Merge a company into this one: in a session, never with a token."),
        request=AskShape,
        responses={200: DoneShape, 201: DoneShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        root, asked = _company(request, pk), body(request, AskShape)
        if isinstance(asked, Response):
            return asked
        loser = _company(request, asked["company"])
        found = firms.preview(loser=loser, root=root)
        if found.refusal:
            return refused("refused", found.refusal)
        if asked["dry_run"]:
            return Response({"merge": None, "becomes": found.lines})
        try:
            made = firms.merge(loser=loser, root=root, by=request.user, at=clock.now())
        except Refusal as refusal:
            return refused("refused", refusal)
        return Response({"merge": made.pk, "becomes": found.lines}, status=201)


class Back(APIView):
    """Take a merge of companies back."""

    verb = "companies.merge"
    schema = AutoSchema()

    @extend_schema(
        operation_id="company_unmerge",
        description=_("Take a merge of companies back: in a session, never with a token."),
        request=BackShape,
        responses={200: DoneShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        visible = Company.objects.visible_to(request.user)
        rows = CompanyMerge.objects.filter(root__in=visible).select_related("loser", "root", "by")
        one, asked = get_object_or_404(rows, pk=pk), body(request, BackShape)
        if isinstance(asked, Response):
            return asked
        found = firms.preview_back(one)
        if found.refusal:
            return refused("refused", found.refusal)
        if not asked["dry_run"]:
            try:
                firms.take_back(merge=one, by=request.user, at=clock.now(), reason=asked["reason"])
            except Refusal as refusal:
                return refused("refused", refusal)
        return Response({"merge": one.pk, "becomes": found.lines})


def _company(request: Request, pk: int) -> Company:
    return get_object_or_404(Company.objects.visible_to(request.user), pk=pk)


def _merged(one: CompanyMerge) -> dict[str, Any]:
    return {
        "merge": one.pk, "company": one.loser_id, "name": firms.called(one.loser), "at": one.occurred_at,
        "by": one.by.name if one.by else "",
    }  # fmt: skip

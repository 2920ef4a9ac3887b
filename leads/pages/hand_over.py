"""Hand a lead over by hand, on a page of its own and for programs. The views only translate."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.models import HandoffState, Lead, Stage
from leads.rights import by_hand, notes
from leads.rights.problems import Refusal
from personas.models import DefinitionLine
from smarketing.accounts.policy import may, needs
from smarketing.accounts.programs import body, refused
from smarketing.measures.api import ErrorShape
from smarketing.rows import clock
from smarketing.web.once import once


class HandForm(forms.Form):
    line = forms.ModelChoiceField(
        label=gettext_lazy("Definition"), queryset=DefinitionLine.objects.order_by("pk"), empty_label=None
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=notes.MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A sentence for the rep: it stands in the lead's story."),
    )


@needs("handoffs.make")
@once
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Why, and by which definition it counts; afterwards the lead's page says who has it."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).living(), pk=pk)
    form = HandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = by_hand.hand_over(
                lead=lead, line=said["line"], reason=said["reason"], by=request.user, at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            rep = HandoffState.objects.select_related("rep").get(pk=made.pk).rep
            told = _("Handed to sales: %(name)s has it.") if rep else _("Handed to sales: it waits in the pool.")
            messages.success(request, told % {"name": rep.name} if rep else told)
            return redirect("leads:lead", pk)
    context = {
        "lead": lead,
        "name": str(lead) if may(request.user, "leads.personal") else f"#{lead.pk}",
        "form": form,
        "reopens": lead.stage == Stage.DISQUALIFIED,
    }
    return render(request, "leads/rights/hand_over.html", context, status=422 if request.method == "POST" else 200)


class HandShape(serializers.Serializer):
    definition = serializers.IntegerField(
        default=None, allow_null=True, help_text=gettext_lazy("By which it counts; the first one without it.")
    )
    reason = serializers.CharField(help_text=gettext_lazy("A sentence for the rep."))


class HandedShape(serializers.Serializer):
    handoff = serializers.IntegerField()
    state = serializers.CharField(help_text="pooled, assigned")
    rep = serializers.CharField(allow_blank=True)


class HandOver(APIView):
    """Hand a lead over by hand."""

    verb = "handoffs.make"
    schema = AutoSchema()

    @extend_schema(
        operation_id="lead_hand_over",
        description=gettext_lazy("Hand a lead to sales by hand, with a reason: in a session, never with a token."),
        request=HandShape,
        responses={201: HandedShape, 400: ErrorShape},
    )
    def post(self, request: Request, pk: int) -> Response:
        lead, asked = get_object_or_404(Lead.objects.visible_to(request.user).living(), pk=pk), body(request, HandShape)
        if isinstance(asked, Response):
            return asked
        lines = DefinitionLine.objects.order_by("pk")
        line = lines.filter(pk=asked["definition"]).first() if asked["definition"] else lines.first()
        if line is None:
            return refused("unknown_definition", _("definition: the number of one is wanted."))
        try:
            made = by_hand.hand_over(lead=lead, line=line, reason=asked["reason"], by=request.user, at=clock.now())
        except Refusal as refusal:
            return refused("refused", refusal)
        state = HandoffState.objects.select_related("rep").get(pk=made.pk)
        rep = state.rep.name if state.rep else ""
        return Response({"handoff": made.pk, "state": state.state, "rep": rep}, status=201)

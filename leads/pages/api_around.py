"""What stands around a lead, for programs as its page shows it: promises, deals, consents; now, or as known at a past instant."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from leads.handoffs import hooks, reasons
from leads.handoffs.hooks import Promise
from leads.models import Consent, Deal, Lead
from leads.rights import consent
from smarketing.accounts.policy import may
from smarketing.accounts.programs import granted
from smarketing.measures import numbers

from .beside import deals_as_of


class PromiseShape(serializers.Serializer):
    clause = serializers.CharField(help_text=_("Its key in the terms."))
    words = serializers.CharField()
    terms = serializers.IntegerField(help_text=_("Version of the terms."))
    contract = serializers.CharField()
    due = serializers.DateTimeField()
    settled = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField(help_text=_("pending, met, missed or excluded."))


class LeadDealShape(serializers.Serializer):
    id = serializers.IntegerField()
    key = serializers.CharField(allow_blank=True, help_text=_("In the system that it came from."))
    title = serializers.CharField(allow_blank=True, help_text=_("Blank without the right to personal values."))
    state = serializers.CharField(help_text=", ".join(Deal.State.values))
    amount = serializers.CharField(allow_null=True, help_text=_("Decimal string."))
    closed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    return_on = serializers.DateField(allow_null=True, help_text=_("Of a lost one: from when its lead may come back."))


class ConsentShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text=", ".join(Consent.Kind.values))
    purpose = serializers.CharField(help_text=", ".join(Consent.Purpose.values))
    channel = serializers.CharField(help_text=", ".join(Consent.Channel.values))
    basis = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_blank=True)
    origin = serializers.CharField(allow_blank=True, help_text=_("Where it was said."))
    proof = serializers.CharField(allow_blank=True, help_text=_("The words that prove it."))
    taken_back = serializers.DateTimeField(allow_null=True)


class AroundShape(serializers.Serializer):
    promises = PromiseShape(
        many=True, allow_null=True, help_text=_("Of its handoffs, newest first; null without the right to read handoffs.")
    )  # fmt: skip
    deals = LeadDealShape(
        many=True, allow_null=True, help_text=_("Newest first; null without the right to read deals.")
    )
    consents = ConsentShape(
        many=True, allow_null=True, help_text=_("Newest first; null without the right to personal values.")
    )


def around(request: Request, lead: Lead, at: datetime | None, personal: bool) -> dict[str, Any]:
    """`at`: a past instant, None for now. What a token has no scope for is null."""
    promised = granted(request, "handoffs.view") and may(request.user, "contract.view")
    deals = deals_as_of(lead.pk, request.user, at) if granted(request, "deals.view") else None
    return {
        "promises": [_promise(one) for one in hooks.promised(lead.pk, at)] if promised else None,
        "deals": None if deals is None else [_deal(one, personal) for one in deals],
        "consents": [_consent(one) for one in consent.of(lead, at)] if personal else None,
    }


def _promise(one: Promise) -> dict[str, Any]:
    return {
        "clause": one.clause, "words": one.words, "terms": one.terms, "contract": one.contract, "due": one.due.isoformat(),
        "settled": one.settled and one.settled.isoformat(), "state": one.state,
    }  # fmt: skip


def _deal(one: Deal, personal: bool) -> dict[str, Any]:
    return {
        "id": one.pk, "key": one.key, "title": one.title if personal else "", "state": one.state,
        "amount": numbers.api(one.amount, numbers.MONEY), "closed_at": one.closed_at and one.closed_at.isoformat(),
        "reason": reasons.label(one.reason),
        "return_on": one.return_on.isoformat() if one.return_on and one.state == Deal.State.LOST else None,
    }  # fmt: skip


def _consent(one: Consent) -> dict[str, Any]:
    proof, back = getattr(one, "proof", None), one.back  # type: ignore[attr-defined]
    return {
        "id": one.pk, "at": one.occurred_at.isoformat(), "kind": one.kind, "purpose": one.purpose, "channel": one.channel,
        "basis": one.basis, "by": str(one.by or ""), "origin": proof.source if proof else "",
        "proof": proof.text if proof else "", "taken_back": back and back.occurred_at.isoformat(),
    }  # fmt: skip

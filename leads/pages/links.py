"""The rules by which links name campaigns: an ordered table, with what it would match among the links seen."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import connection
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import means
from leads.intake.problems import ByHandError
from leads.models import Campaign, LinkRules
from leads.touches import utm
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .means_forms import RuleForm, RuleSet

SAID = {
    "stale": gettext_lazy("Somebody adopted other rules since you opened this page: compare, then save again."),
    "many": gettext_lazy("At most 500 rules."),
    "no_campaign": gettext_lazy("This campaign does not exist any more."),
    "no_pattern": gettext_lazy("Write at least one pattern."),
}
DAYS, MOST = 90, 100
_SEEN = f"""
SELECT {", ".join(f"lower(btrim(coalesce(p.properties ->> 'utm_{key}', '')))" for key in utm.KEYS)}, e.campaign_id,
  count(*), count(DISTINCT coalesce(e.lead_id, -e.visitor_id))
FROM leads_event e JOIN leads_eventpayload p ON p.event_id = e.id
WHERE e.recorded_at >= %s AND ({" OR ".join(f"jsonb_exists(p.properties, 'utm_{key}')" for key in utm.KEYS)})
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY count(*) DESC LIMIT 2000
"""


@dataclass(frozen=True)
class Link:
    """UTM values seen lately, how often and by how many, and what they mean: by themselves, or by a rule's place."""

    values: list[str]
    events: int
    people: int
    campaign: Campaign | None
    rule: int | None


def _links(rules: list[dict]) -> tuple[list[Link], Counter]:
    """(links seen in the last 90 days with what these rules make of them, events by the rule that counts)."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [clock.now() - timedelta(days=DAYS)])
        rows = cursor.fetchall()
    campaigns, by_rule, found = Campaign.objects.in_bulk(), Counter(), []
    for *values, own, events, people in rows:
        place = None if own else utm.place_of(rules, dict(zip(utm.KEYS, values, strict=True)))
        campaign = campaigns.get(own) if own else campaigns.get(rules[place]["to"]) if place is not None else None
        if place is not None:
            by_rule[place] += events
        found.append(Link(values, events, people, campaign, None if place is None else place + 1))
    return found, by_rule


@needs("campaigns.view")
@once
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, and (POST) a draft of them: `do=preview` shows what it would match, `do=adopt` makes it hold."""
    newest = LinkRules.objects.select_related("by").order_by("-number").first()
    edit = may(request.user, "campaigns.edit")
    if request.method == "POST" and not edit:
        raise Http404
    make: Any = formset_factory(RuleForm, formset=RuleSet, extra=3 if edit else 0, can_order=True)
    initial = newest.body if newest else []
    formset = make(request.POST or None, initial=initial, prefix="r")
    drafted, status = (list(newest.body) if newest else []), 200
    if request.method == "POST":
        status = 422
        if formset.is_valid():
            drafted = _ordered(formset)
            if request.POST.get("do") == "preview":
                status = 200
            elif _adopted(request, formset, drafted):
                return redirect("leads:links")
    links, by_rule = _links(drafted)
    named = Campaign.objects.in_bulk([rule["to"] for rule in drafted])
    context = {
        "formset": formset, "may_edit": edit, "newest": newest, "links": links[:MOST], "days": DAYS, "keys": [f"utm_{key}" for key in utm.KEYS],
        "unmatched": sum(link.events for link in links if link.campaign is None),
        "previewed": request.method == "POST" and status == 200, "seen": newest.number if newest else 0,
        "matched": [(place + 1, [rule.get(key, "") for key in utm.KEYS], named.get(rule["to"]), by_rule[place]) for place, rule in enumerate(drafted)],
    }  # fmt: skip
    return render(request, "leads/means/links.html", context, status=status)


def _ordered(formset: Any) -> list[dict]:
    """Rules in the order their numbers say; those without a number come last, as they stand."""
    rows = [
        (form.cleaned_data.get("ORDER") or 10_000, place, form.rule())
        for place, form in enumerate(formset.forms)
        if form.cleaned_data
    ]
    return [rule for _order, _place, rule in sorted(rows, key=lambda row: row[:2]) if rule]


def _adopted(request: HttpRequest, formset: Any, drafted: list[dict]) -> bool:
    seen = request.POST.get("seen", "")
    try:
        means.adopt_link_rules(
            rules=drafted, by=request.user, at=clock.now(), seen=int(seen) if seen.isdecimal() else None
        )
    except ByHandError as refusal:
        formset.problem = SAID[refusal.key]
        return False
    messages.success(request, _("Adopted: all touches, old ones included, follow these rules."))
    return True

"""Deeds on many leads, and on many handoffs of the queue, at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import giving, routing
from leads.handoffs.queue import reps
from leads.intake import many
from leads.models import Campaign, Lead
from personas import lead_lists
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done

from .leads import asked_for
from .queue import asked_of_queue

POOL, NONE = "pool", "none"


class GiveForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Rep in charge"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120, required=False)

    def __init__(self, data, user):
        super().__init__(data)
        self.reps = {str(one.pk): one for one in reps(list(User.objects.filter(role=Role.REP, is_active=True)))}
        named = [(pk, one.name) for pk, one in self.reps.items()]
        self.fields["to"].choices = [("", _("choose…")), *named, (POOL, _("back to their pools"))]


class CampaignForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Campaign"))

    def __init__(self, data, user):
        super().__init__(data)
        self.rows = {str(one.pk): one for one in Campaign.objects.visible_to(user).order_by("name", "key")}
        named = [(pk, str(one)) for pk, one in self.rows.items()]
        self.fields["to"].choices = [("", _("choose…")), *named, (NONE, _("no campaign"))]


class ListForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("List"))
    on = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[("true", gettext_lazy("put on it")), ("false", gettext_lazy("take off it"))],
    )

    def __init__(self, data, user):
        super().__init__(data)
        self.fields["to"].choices = [("", _("choose…")), *lead_lists.names(lead_lists.offered())]


def _leads(user: User, params: QueryDict) -> Any:
    return asked_for(user, params)[1]


def _named(lead: Lead, user: User) -> str:
    return str(lead) if may(user, "leads.personal") else f"#{lead.pk}"


def _ids(rows: list[Any]) -> list[int]:
    return [one.pk for one in rows]


def _given(form: GiveForm, rows: Any, by: User, at: datetime) -> Done:
    rep, reason = form.reps.get(form.cleaned_data["to"]), form.cleaned_data["reason"]
    try:
        return Done(giving.give(rows=rows, rep=rep, by=by, at=at, reason=reason))
    except routing.Taken as refusal:
        raise bulk.Refused(refusal, "to") from None


def _give(form: GiveForm, rows: list[Any], by: User, at: datetime) -> Done:
    return _given(form, giving.open_of(_ids(rows), by), by, at)


def _give_queued(form: GiveForm, rows: list[Any], by: User, at: datetime) -> Done:
    return _given(form, giving.open_among(_ids(rows), by), by, at)


def _set(form: CampaignForm, rows: list[Any], by: User, at: datetime) -> Done:
    campaign = form.rows.get(form.cleaned_data["to"])
    values = {"campaign": campaign and campaign.pk}
    return Done(many.set_values(subject="lead", ids=_ids(rows), values=values, by=by, at=at))


def _listed(form: ListForm, rows: list[Any], by: User, at: datetime) -> Done:
    """On the list those who are not on it; off it those who are."""
    code, on = form.cleaned_data["to"], form.cleaned_data["on"] == "true"
    ids = [one.pk for one in rows if bool((one.attributes or {}).get(code)) is not on]
    return Done(many.set_values(subject="lead", ids=ids, values={code: on}, by=by, at=at) if ids else 0)


def _lists() -> list[str]:
    return [row.name for row in lead_lists.every()]


def _handoffs(n: int) -> str:
    return ngettext("%(n)s open handoff", "%(n)s open handoffs", n) % {"n": n}


def _handoffs_given(n: int) -> str:
    return ngettext("%(n)s handoff reassigned.", "%(n)s handoffs reassigned.", n) % {"n": n}


def _still_given(by: User, when: datetime) -> int:
    return len(giving.given(by=by, when=when))


def _give_back(by: User, when: datetime, at: datetime) -> int:
    return giving.give_back(by=by, when=when, at=at)


GIVE = Bulk(
    title=gettext_lazy("Give leads to a rep"),
    text=gettext_lazy("Their open handoffs get another rep in charge; what is closed stays as it is."),
    page="leads:list",
    rows=_leads,
    counted=_handoffs,
    does=_give,
    said=_handoffs_given,
    form=GiveForm,
    named=_named,
    count=lambda rows, by: giving.open_of(_ids(rows), by).count(),
    none=gettext_lazy("None of these leads has an open handoff."),
    undo="leads:bulk_give_undo",
    standing=_still_given,
    undoes=_give_back,
)
CAMPAIGN = Bulk(
    title=gettext_lazy("Set the campaign of leads"),
    text=gettext_lazy(
        "Each lead that names another campaign gets this one, from now on; what it was stays in its story."
    ),
    page="leads:list",
    rows=_leads,
    counted=lambda n: ngettext("%(n)s lead", "%(n)s leads", n) % {"n": n},
    does=_set,
    said=lambda n: ngettext("%(n)s lead changed.", "%(n)s leads changed.", n) % {"n": n},
    form=CampaignForm,
    named=_named,
    undo="leads:bulk_campaign_undo",
    standing=lambda by, when: many.count(subject="lead", fields=["campaign"], by=by, when=when),
    undoes=lambda by, when, at: many.take_back(subject="lead", fields=["campaign"], by=by, when=when, at=at),
)
LIST = Bulk(
    title=gettext_lazy("Put leads on a list"),
    text=gettext_lazy("From now on they are on the list, or no longer; since when, and by whom, stays in their story."),
    page="leads:list",
    rows=_leads,
    counted=lambda n: ngettext("%(n)s lead", "%(n)s leads", n) % {"n": n},
    does=_listed,
    said=lambda n: ngettext("%(n)s lead changed.", "%(n)s leads changed.", n) % {"n": n},
    form=ListForm,
    named=_named,
    undo="leads:bulk_list_undo",
    standing=lambda by, when: many.count(subject="lead", fields=_lists(), by=by, when=when),
    undoes=lambda by, when, at: many.take_back(subject="lead", fields=_lists(), by=by, when=when, at=at),
)
QUEUE = Bulk(
    title=gettext_lazy("Give leads to a rep"),
    text=gettext_lazy("The chosen handoffs get another rep in charge, with the promises they have."),
    page="leads:queue",
    rows=asked_of_queue,
    counted=_handoffs,
    does=_give_queued,
    said=_handoffs_given,
    form=GiveForm,
    named=lambda state, user: _named(state.lead, user),
    undo="leads:queue_give_undo",
    standing=_still_given,
    undoes=_give_back,
)


give, give_undo = bulk.pages("handoffs.reassign", GIVE)
campaign, campaign_undo = bulk.pages("leads.edit", CAMPAIGN)
on_list, on_list_undo = bulk.pages("leads.edit", LIST)
queue_give, queue_give_undo = bulk.pages("handoffs.reassign", QUEUE)

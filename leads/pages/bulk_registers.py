"""Deeds on many companies, deals, campaigns and pairs that may be one person at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import account_reps, deals_many, problems, reasons, routing
from leads.handoffs.queue import reps
from leads.intake import many
from leads.twins import firms_likely, likely
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.rows import clock
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done
from smarketing.web.known import Known

from . import campaigns, firm_twins, registers, twins


class _OneAtLeast(forms.Form):
    """Fields of which an empty one changes nothing; at least one must be filled."""

    def __init__(self, data, user):
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not any(data.values()):
            self.add_error(next(iter(self.fields)), _("Fill at least one field."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class CompaniesForm(_OneAtLeast):
    industry = forms.CharField(label=gettext_lazy("Industry"), max_length=120, required=False, widget=Known("industry"))
    country = forms.CharField(label=gettext_lazy("Country"), max_length=60, required=False, widget=Known("country"))


class ChannelForm(forms.Form):
    channel = forms.CharField(
        label=gettext_lazy("Channel"),
        max_length=60,
        widget=Known("channel"),
        help_text=gettext_lazy("The kind of touch: mail, event, search…"),
    )

    def __init__(self, data, user):
        super().__init__(data)


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data, user):
        super().__init__(data, initial={"ends_on": clock.today()})


class RepForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Rep in charge"))

    def __init__(self, data, user):
        super().__init__(data)
        self.reps = {str(one.pk): one for one in reps(list(User.objects.filter(role=Role.REP, is_active=True)))}
        self.fields["to"].choices = [("", _("choose…")), *((pk, one.name) for pk, one in self.reps.items())]


class AccountForm(RepForm):
    def __init__(self, data, user):
        super().__init__(data, user)
        self.fields["to"].label = _("Account rep")


class LoseForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    return_on = forms.DateField(
        label=gettext_lazy("Their leads may come back on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: as proposed, after the days that the terms of each name."),
    )  # fmt: skip

    def __init__(self, data, user):
        super().__init__(data)
        named = [(one.code, one.label) for one in reasons.allowed(reasons.LOSE)]
        self.fields["reason"].choices = [("", _("choose…")), *named]


def _ids(rows: list[Any]) -> list[int]:
    return [one.pk for one in rows]


def _setting(subject: str):
    def does(form: Any, rows: list[Any], by: User, at: datetime) -> Done:
        values = form.values() if hasattr(form, "values") else form.cleaned_data
        said = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
        return Done(many.set_values(subject=subject, ids=_ids(rows), values=said, by=by, at=at))

    return does


def _way_back(subject: str, *fields: str) -> dict[str, Any]:
    """What of a deed still stands, and how it is undone."""
    return {
        "standing": lambda by, when: many.count(subject=subject, fields=fields, by=by, when=when),
        "undoes": lambda by, when, at: many.take_back(subject=subject, fields=fields, by=by, when=when, at=at),
    }


def _companies(n: int) -> str:
    return ngettext("%(n)s company", "%(n)s companies", n) % {"n": n}


def _campaigns(n: int) -> str:
    return ngettext("%(n)s campaign", "%(n)s campaigns", n) % {"n": n}


def _deals(n: int) -> str:
    return ngettext("%(n)s open deal", "%(n)s open deals", n) % {"n": n}


def _called(deal, user: User) -> str:
    return (deal.title if may(user, "leads.personal") else "") or f"#{deal.pk}"


def _open_deals(rows: list[Any], by: User):
    kept, left = deals_many.open_ones(rows, by)
    return kept, [(_called(deal, by), why) for deal, why in left]


def _earlier(form: EndForm, rows: list[Any], by: User, at: datetime) -> Done:
    """A campaign does not end before it begins."""
    last = form.cleaned_data["ends_on"]
    fit = [one for one in rows if not one.starts_on or one.starts_on <= last]
    done = _setting("campaign")(form, fit, by, at) if fit else Done(0)
    why = _("it begins after this day")
    return Done(done.n, [(str(one), why) for one in rows if one not in fit])


def _hand_on(form: RepForm, rows: list[Any], by: User, at: datetime) -> Done:
    try:
        return Done(deals_many.hand_on(rows=rows, rep=form.reps[form.cleaned_data["to"]], by=by, at=at))
    except routing.Taken as refusal:
        raise bulk.Refused(refusal, "to") from None


def _name_reps(form: RepForm, rows: list[Any], by: User, at: datetime) -> Done:
    try:
        return Done(account_reps.name_many(companies=_ids(rows), rep=form.reps[form.cleaned_data["to"]], by=by, at=at))
    except problems.Refusal as refusal:
        raise bulk.Refused(str(refusal), "to") from None


def _lose(form: LoseForm, rows: list[Any], by: User, at: datetime) -> Done:
    try:
        n, left = deals_many.lose(rows=rows, by=by, at=at, **form.cleaned_data)
    except problems.Refusal as refusal:
        raise bulk.Refused(str(refusal), refusal.field) from None
    return Done(n, [(_called(deal, by), why) for deal, why in left])


COMPANIES = Bulk(
    title=gettext_lazy("Set values of companies"),
    text=gettext_lazy("What is filled here is written on each, from now on; an empty field changes nothing."),
    page="leads:companies",
    rows=lambda user, params: registers.companies_asked(user, params)[1],
    counted=_companies,
    does=_setting("company"),
    said=lambda n: ngettext("%(n)s company changed.", "%(n)s companies changed.", n) % {"n": n},
    form=CompaniesForm,
    named=lambda one, _user: one.name or one.domain,
    undo="leads:bulk_companies_undo",
    **_way_back("company", "industry", "country"),
)
ACCOUNT_REPS = Bulk(
    title=gettext_lazy("Name the rep of accounts"),
    text=gettext_lazy("New leads of each company go to this rep first; open ones stay with whoever has them."),
    page="leads:companies",
    rows=lambda user, params: registers.companies_asked(user, params)[1],
    counted=_companies,
    does=_name_reps,
    said=lambda n: ngettext("%(n)s company changed.", "%(n)s companies changed.", n) % {"n": n},
    form=AccountForm,
    named=lambda one, _user: one.name or one.domain,
    undo="leads:bulk_account_reps_undo",
    **_way_back("company", "rep"),
)
CHANNEL = Bulk(
    title=gettext_lazy("Set the channel of campaigns"),
    text=gettext_lazy("Each campaign gets this channel, from now on; what it was stays in its story."),
    page="leads:campaigns",
    rows=lambda user, params: campaigns.asked(user, params)[1],
    counted=_campaigns,
    does=_setting("campaign"),
    said=lambda n: ngettext("%(n)s campaign changed.", "%(n)s campaigns changed.", n) % {"n": n},
    form=ChannelForm,
    undo="leads:bulk_channel_undo",
    **_way_back("campaign", "channel"),
)
END = Bulk(
    title=gettext_lazy("End campaigns"),
    text=gettext_lazy("Each campaign gets this last day; leads that name it stay as they are."),
    page="leads:campaigns",
    rows=lambda user, params: campaigns.asked(user, params)[1],
    counted=_campaigns,
    does=_earlier,
    said=lambda n: ngettext("%(n)s campaign ended.", "%(n)s campaigns ended.", n) % {"n": n},
    form=EndForm,
    undo="leads:bulk_end_undo",
    **_way_back("campaign", "ends_on"),
)
HAND_ON = Bulk(
    title=gettext_lazy("Give deals to a rep"),
    text=gettext_lazy("Open deals get another rep in charge; closed ones keep who closed them."),
    page="leads:deals",
    rows=lambda user, params: registers.deals_asked(user, params)[1],
    counted=_deals,
    does=_hand_on,
    said=lambda n: ngettext("%(n)s deal reassigned.", "%(n)s deals reassigned.", n) % {"n": n},
    form=RepForm,
    named=_called,
    keep=_open_deals,
    none=gettext_lazy("None of these deals is open and yours to give."),
    undo="leads:bulk_hand_on_undo",
    **_way_back("deal", "rep"),
)
LOSE = Bulk(
    title=gettext_lazy("Close deals as lost"),
    text=gettext_lazy("Each is lost today for this reason; its lead is recycled where no other deal is open or won."),
    page="leads:deals",
    rows=lambda user, params: registers.deals_asked(user, params)[1],
    counted=_deals,
    does=_lose,
    said=lambda n: ngettext("%(n)s deal closed as lost.", "%(n)s deals closed as lost.", n) % {"n": n},
    form=LoseForm,
    named=_called,
    keep=_open_deals,
    none=gettext_lazy("None of these deals is open and yours to close."),
    undo="leads:bulk_lose_undo",
    standing=lambda by, when: len(deals_many.lost(by=by, when=when)),
    undoes=lambda by, when, at: deals_many.reopen(by=by, when=when, at=at),
)
DISMISS = Bulk(
    title=gettext_lazy("Say that they are two people"),
    text=gettext_lazy("None of these pairs is suggested again; nothing changes in the leads."),
    page="leads:twins",
    rows=lambda user, params: twins.asked(user, params)[1],
    counted=lambda n: ngettext("%(n)s pair", "%(n)s pairs", n) % {"n": n},
    does=lambda _form, rows, by, at: Done(likely.PAIRS.dismiss_many(pairs=rows, by=by, at=at)),
    said=lambda n: ngettext("%(n)s pair: two people.", "%(n)s pairs: two people each.", n) % {"n": n},
    named=lambda one, _user: f"{one.first} #{one.first_id} / {one.second} #{one.second_id}",
    undo="leads:bulk_dismiss_undo",
    standing=lambda by, when: likely.PAIRS.dismissed(by=by, when=when).count(),
    undoes=lambda by, when, at: likely.PAIRS.suggest_again(by=by, when=when, at=at),
)

DISMISS_FIRMS = Bulk(
    title=gettext_lazy("Say that they are two companies"),
    text=gettext_lazy("None of these pairs is suggested again; nothing changes in the companies."),
    page="leads:firm_twins",
    rows=lambda user, params: firm_twins.asked(user, params)[1],
    counted=lambda n: ngettext("%(n)s pair", "%(n)s pairs", n) % {"n": n},
    does=lambda _form, rows, by, at: Done(firms_likely.PAIRS.dismiss_many(pairs=rows, by=by, at=at)),
    said=lambda n: ngettext("%(n)s pair: two companies.", "%(n)s pairs: two companies each.", n) % {"n": n},
    named=lambda one, _user: f"{one.first} / {one.second}",
    undo="leads:bulk_dismiss_firms_undo",
    standing=lambda by, when: firms_likely.PAIRS.dismissed(by=by, when=when).count(),
    undoes=lambda by, when, at: firms_likely.PAIRS.suggest_again(by=by, when=when, at=at),
)


set_companies, set_companies_undo = bulk.pages("companies.edit", COMPANIES)
name_reps, name_reps_undo = bulk.pages("accounts.name", ACCOUNT_REPS)
set_channel, set_channel_undo = bulk.pages("campaigns.edit", CHANNEL)
end, end_undo = bulk.pages("campaigns.edit", END)
hand_on, hand_on_undo = bulk.pages("deals.reassign", HAND_ON)
lose, lose_undo = bulk.pages("deals.edit", LOSE)
dismiss, dismiss_undo = bulk.pages("leads.merge", DISMISS)
dismiss_firms, dismiss_firms_undo = bulk.pages("companies.merge", DISMISS_FIRMS)

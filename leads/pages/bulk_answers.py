"""Many contests ruled on, disagreements answered, addresses taken off the suppression list at once (`web/bulk`)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs.problems import Refusal as Refused
from leads.intake import suppression as listing
from leads.models import Contest, Disagreement, Suppression
from leads.rights import consent
from leads.rights import contests as ruling
from leads.rights import disagreements as answering
from leads.rights.problems import Refusal
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from . import contests, disagreements, shown, suppression


class RuleForm(contests.RulingForm):
    def __init__(self, data, user):
        super().__init__(data)


class AnswerForm(disagreements.AnswerForm):
    def __init__(self, data, user):
        super().__init__(data)


class OffForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why they come off the list"), max_length=200)

    def __init__(self, data, user):
        super().__init__(data)


def _contests_asked(user: User, params: QueryDict) -> Any:
    rows = ruling.visible_to(user).select_related(
        "decision__handoff__lead", "decision__handoff__rules", "note__lead", "note__by"
    )
    return contests.ContestFilters(params).rows(rows)


def _disagreements_asked(user: User, params: QueryDict) -> Any:
    rows = answering.visible_to(user)
    if (key := params.get("criterion")) is not None:
        rows = rows.filter(criterion=key)
    return disagreements.DisagreementFilters(params).rows(rows.select_related("line", "note__lead", "note__by"))


def _listed(_user: User, params: QueryDict) -> Any:
    return suppression.SuppressionFilters(params).rows(listing.standing().select_related("lead", "by"))


def _lead(row: Contest | Disagreement, user: User) -> str:
    return str(row.note.lead) if may(user, "leads.personal") else f"#{row.note.lead_id}"


def _entry(row: Suppression) -> str:
    """An entry by its day and where it is from: which address it is nobody can read."""
    said = f"{shown.moment(row.recorded_at)} · {row.get_origin_display()}"
    return f"{said} (#{row.lead_id})" if row.lead_id else said


def _unruled(rows: list[Contest], user: User) -> tuple[list[Contest], Refusals]:
    ruled, left, kept = ruling.rulings([one.pk for one in rows]), [], []
    for one in rows:
        if one.pk in ruled:
            left.append((_lead(one, user), _("has its ruling")))
        elif one.note.by_id == user.pk:
            left.append((_lead(one, user), _("contested by you: another manager rules")))
        else:
            kept.append(one)
    return kept, left


def _unanswered(rows: list[Disagreement], user: User) -> tuple[list[Disagreement], Refusals]:
    waiting = set(
        answering.standing().unanswered().filter(pk__in=[one.pk for one in rows]).values_list("pk", flat=True)
    )
    left = [(_lead(one, user), _("has its answer")) for one in rows if one.pk not in waiting]
    return [one for one in rows if one.pk in waiting], left


def _rule(form: RuleForm, rows: list[Contest], by: User, at: datetime) -> Done:
    said = form.cleaned_data
    return bulk.each(rows, lambda one: ruling.rule(to=one, by=by, at=at, **said), lambda one: _lead(one, by), Refused)


def _answer(form: AnswerForm, rows: list[Disagreement], by: User, at: datetime) -> Done:
    said = form.cleaned_data
    if said["kind"] == disagreements.Answer.Kind.KEPT and not said["text"].strip():
        raise bulk.Refused(_("Say why it is kept."), "text")
    return bulk.each(
        rows, lambda one: answering.answer(to=one, by=by, at=at, **said), lambda one: _lead(one, by), Refusal
    )


def _off(form: OffForm, rows: list[Suppression], by: User, at: datetime) -> Done:
    n, left = consent.unlist(rows=rows, by=by, at=at, reason=form.cleaned_data["reason"])
    return Done(n, [(_entry(row), why) for row, why in left])


RULE = Bulk(
    title=gettext_lazy("Rule on contests"),
    text=gettext_lazy("The same ruling in the same words on each; whoever contested and whoever decided are told."),
    page="leads:contests",
    rows=_contests_asked,
    counted=lambda n: ngettext("%(n)s contest", "%(n)s contests", n) % {"n": n},
    does=_rule,
    said=lambda n: ngettext("%(n)s contest ruled on.", "%(n)s contests ruled on.", n) % {"n": n},
    form=RuleForm,
    named=_lead,
    keep=_unruled,
    none=gettext_lazy("None of these contests waits for a ruling by you."),
)
ANSWER = Bulk(
    title=gettext_lazy("Answer disagreements"),
    text=gettext_lazy("The same answer in the same words to each; whoever disagreed is told."),
    page="leads:disagreements",
    rows=_disagreements_asked,
    counted=lambda n: ngettext("%(n)s disagreement", "%(n)s disagreements", n) % {"n": n},
    does=_answer,
    said=lambda n: ngettext("%(n)s disagreement answered.", "%(n)s disagreements answered.", n) % {"n": n},
    form=AnswerForm,
    named=_lead,
    keep=_unanswered,
    none=gettext_lazy("None of these disagreements waits for an answer."),
)
OFF = Bulk(
    title=gettext_lazy("Take off the suppression list"),
    text=gettext_lazy(
        "These addresses may be written to again, and their leads oppose no more, unless the person opposed by themselves."
    ),
    page="leads:suppression",
    rows=_listed,
    counted=lambda n: ngettext("%(n)s entry of the list", "%(n)s entries of the list", n) % {"n": n},
    does=_off,
    said=lambda n: ngettext("%(n)s entry is off the list.", "%(n)s entries are off the list.", n) % {"n": n},
    form=OffForm,
    named=lambda one, _user: _entry(one),
    danger=True,
)
rule, _no_way_back = bulk.pages("handoffs.rule", RULE)
answer, _no_way_back = bulk.pages("definition.edit", ANSWER)
take_off, _no_way_back = bulk.pages("settings.suppression", OFF)

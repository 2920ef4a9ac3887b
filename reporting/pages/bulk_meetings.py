"""Many meetings called off, resolutions told, remarks put on the agenda or taken back at once (`web/bulk`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import Remark
from leads.rights import notes
from leads.rights.problems import Refusal
from reporting.meetings import agenda, invitation, planning, resolutions, whose
from reporting.meetings.problems import Refused
from reporting.meetings.reading import text_of
from reporting.models import AgendaItem, Meeting, Resolution
from smarketing.accounts.models import User
from smarketing.accounts.policy import may
from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals

from . import meeting_forms, meetings, remarks
from . import resolutions as pages


class ToldForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of them"), widget=forms.RadioSelect,
        choices=[("done", gettext_lazy("They were carried out")), ("not", gettext_lazy("They were not"))],
    )  # fmt: skip
    words = meeting_forms.OutcomeForm.base_fields["words"]

    def __init__(self, data, user):
        super().__init__(data)


class BackForm(meeting_forms.BackForm):
    def __init__(self, data, user):
        super().__init__(data)


def _short(text: str) -> str:
    return Truncator(text).chars(60)


def _resolution(one: Resolution, _user: Any = None) -> str:
    return _short(one.text)


def _meeting(one: Meeting, _user: Any = None) -> str:
    return invitation.title(one)


def _remark(one: Remark, user: User) -> str:
    return _short(text_of(one.note, True, may(user, "leads.personal"))) or f"#{one.pk}"


def _resolutions_asked(user: User, params: QueryDict) -> Any:
    rows = Resolution.objects.visible_to(user).newest_outcome().select_related("charge", "meeting__contract")
    return pages.ResolutionFilters(params).rows(rows)


def _meetings_asked(user: User, params: QueryDict) -> Any:
    return meetings.MeetingFilters(params).rows(Meeting.objects.visible_to(user).select_related("contract", "closed"))


def _remarks_asked(user: User, params: QueryDict) -> Any:
    return remarks.asked(user, params)[1]


def _mine(rows: list[Resolution], user: User) -> tuple[list[Resolution], Refusals]:
    """Those of which this person may say whether they happened."""
    told = [one for one in rows if resolutions.may_tell(one, user)]
    return told, [(_resolution(one), str(one.charge)) for one in rows if one not in told]


def _ahead(rows: list[Meeting], _user: User) -> tuple[list[Meeting], Refusals]:
    left = [(_meeting(one), meetings.state(one)) for one in rows if one.cancelled_at or hasattr(one, "closed")]
    return [one for one in rows if not one.cancelled_at and not hasattr(one, "closed")], left


def _tell(form: ToldForm, rows: list[Resolution], by: User, at: datetime) -> Done:
    done, words = form.cleaned_data["outcome"] == "done", form.cleaned_data["words"]
    if not done and not words.strip():
        raise bulk.Refused(_("Say why it did not happen."), "words")
    return bulk.each(
        rows, lambda one: resolutions.tell(resolution=one, done=done, words=words, by=by, at=at), _resolution, Refused
    )


def _cancel(_form: Any, rows: list[Meeting], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: planning.cancel(meeting=one, by=by, at=at), _meeting, Refused)


def _named(by: User) -> Callable[[Remark], str]:
    return lambda one: _remark(one, by)


def _on_agenda(_form: Any, rows: list[Remark], by: User, at: datetime) -> Done:
    """On the agenda of the contract that each speaks of; what is there already stays."""

    def put(one: Remark) -> bool:
        kind, ref = AgendaItem.Kind.REMARK, str(one.pk)
        contract = whose.contract_of(kind, ref, by)
        if contract is None:
            raise Refused(_("there is no contract yet, and so no meeting"))
        return agenda.put(contract=contract, kind=kind, ref=ref, by=by, at=at)[1]

    return bulk.each(rows, put, _named(by), Refused)


def _back(form: BackForm, rows: list[Remark], by: User, at: datetime) -> Done:
    class Left(ValueError):
        """Why one of them stays."""

    def back(one: Remark) -> None:
        try:
            notes.take_back(note=one.note, by=by, at=at, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            raise (bulk.Refused(refusal, "reason") if refusal.field == "reason" else Left(refusal)) from None

    return bulk.each(rows, back, _named(by), Left)


def _remarks(n: int) -> str:
    return ngettext("%(n)s remark", "%(n)s remarks", n) % {"n": n}


TELL = Bulk(
    title=gettext_lazy("Say what became of resolutions"),
    text=gettext_lazy("The same word on each; the next meeting sees it, with the figure before and since."),
    page="reporting:resolutions",
    rows=_resolutions_asked,
    counted=lambda n: ngettext("%(n)s resolution", "%(n)s resolutions", n) % {"n": n},
    does=_tell,
    said=lambda n: ngettext("%(n)s resolution told.", "%(n)s resolutions told.", n) % {"n": n},
    form=ToldForm,
    named=_resolution,
    keep=_mine,
    none=gettext_lazy("None of these resolutions is in your charge."),
)
CANCEL = Bulk(
    title=gettext_lazy("Call meetings off"),
    text=gettext_lazy("Whoever is invited is told. What people put on an agenda waits for the next meeting."),
    page="reporting:meetings",
    rows=_meetings_asked,
    counted=lambda n: ngettext("%(n)s meeting", "%(n)s meetings", n) % {"n": n},
    does=_cancel,
    said=lambda n: ngettext("%(n)s meeting called off.", "%(n)s meetings called off.", n) % {"n": n},
    named=_meeting,
    keep=_ahead,
    none=gettext_lazy("None of these meetings is still ahead."),
    danger=True,
)
AGENDA = Bulk(
    title=gettext_lazy("Put remarks on the agenda"),
    text=gettext_lazy("Each is talked about at the next meeting over the contract that it speaks of."),
    page="reporting:remarks",
    rows=_remarks_asked,
    counted=_remarks,
    does=_on_agenda,
    said=lambda n: ngettext("%(n)s remark is on the agenda.", "%(n)s remarks are on the agenda.", n) % {"n": n},
    named=_remark,
)
BACK = Bulk(
    title=gettext_lazy("Take remarks back"),
    text=gettext_lazy("Each is struck through and counts no more: by its author, or a manager with a reason."),
    page="reporting:remarks",
    rows=_remarks_asked,
    counted=_remarks,
    does=_back,
    said=lambda n: ngettext("%(n)s remark taken back.", "%(n)s remarks taken back.", n) % {"n": n},
    form=BackForm,
    named=_remark,
)
tell, _no_way_back = bulk.pages("resolutions.tell", TELL)
cancel, _no_way_back = bulk.pages("meetings.hold", CANCEL)
on_agenda, _no_way_back = bulk.pages("agenda.add", AGENDA)
back, _no_way_back = bulk.pages("remarks.say", BACK)

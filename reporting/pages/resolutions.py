"""Resolutions: the list, making one in a meeting, its page with the draft it opened and whether it helped. Views only translate."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from personas.models import DefinitionLine
from reporting.meetings import helped, invitation, resolutions, whose, wording
from reporting.meetings.problems import Refused
from reporting.models import Meeting, Resolution, ResolutionDraft
from sla.models import Contract
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.measures import engine, registry
from smarketing.measures import shown as figures
from smarketing.measures.numbers import RATIO
from smarketing.rows import clock
from smarketing.web import exports, filters, lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .meeting_forms import OutcomeForm, ResolutionForm

Kind = ResolutionDraft.Kind


def _state(one: Resolution) -> str:
    return wording.state_of(one, clock.today())


def _figure(one: Resolution) -> str:
    return label(one.measure)


def label(key: str) -> str:
    """A measure by name; one that is gone by its key."""
    try:
        return str(registry.find(key).label)
    except ValueError:
        return key


COLUMNS = (
    Column("text", gettext_lazy("Resolution"), "text", head=True, url=lambda one: reverse("reporting:resolution", args=[one.pk])),
    Column("charge", gettext_lazy("Person in charge"), lambda one: str(one.charge), sort="charge__name"),
    Column("due", gettext_lazy("Until"), "due", sort="due", nullable=False),
    Column("state", gettext_lazy("State"), _state),
    Column("figure", gettext_lazy("Figure"), _figure, wide=True),
    Column("meeting", gettext_lazy("Meeting"), lambda one: date_format(one.meeting.starts_at.astimezone(clock.zone()), "SHORT_DATE_FORMAT"),
           url=lambda one: reverse("reporting:meeting", args=[one.meeting_id])),
    Column("contract", gettext_lazy("Contract"), "meeting.contract.name", extra=True),
)  # fmt: skip


class ResolutionFilters(filters.Filters):
    state = filters.choice(
        gettext_lazy("State"),
        [
            ("open", gettext_lazy("open")),
            ("late", gettext_lazy("late")),
            ("done", gettext_lazy("done")),
            ("not", gettext_lazy("not done")),
        ],
    )
    charge = filters.choice(gettext_lazy("Person in charge"))
    since, until = filters.day(gettext_lazy("Due from")), filters.day(gettext_lazy("to"))
    asks = {
        "state": lambda rows, said: _narrowed(rows, said), "charge": "charge", "since": "due__gte", "until": "due__lte",
    }  # fmt: skip

    def __init__(self, data: Any):
        super().__init__(data)
        self.offer(
            "charge", filters.named(User.objects.filter(pk__in=Resolution.objects.values("charge")).order_by("name"))
        )


def _narrowed(rows: Any, said: str) -> Any:
    if said in ("done", "not"):
        return rows.filter(outcome=said == "done")
    rows = rows.filter(outcome=None)
    return rows.filter(due__lt=clock.today()) if said == "late" else rows


@lists.listed("reporting:resolutions", gettext_lazy("Resolutions"))
@needs("meetings.view")
def index(request: HttpRequest) -> HttpResponseBase:
    form = ResolutionFilters(request.GET)
    rows = Resolution.objects.visible_to(request.user).newest_outcome().select_related("charge", "meeting__contract")
    table = Table(
        COLUMNS, form.rows(rows), request.GET, "-due", form=form, caption=_("Resolutions"),
        exports=exports.Export("resolutions", "lists.export", "resolution"),
        deeds=[Deed(_("Say what became of them…"), reverse("reporting:bulk_tell"), "check2-circle")] if may(request.user, "resolutions.tell") else (),
        empty={"title": _("Nothing was resolved yet."), "text": _("A meeting resolves who does what until when, and which figure shall move."), "url": reverse("reporting:meetings"), "action": _("To the meetings")},
    )  # fmt: skip
    return lists.answer(request, table, "reporting/meetings/resolutions.html")


@needs("meetings.hold")
@once
def new(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("contract", "closed"), pk=pk)
    given = {
        "measure": request.GET.get("measure", "first_attempt_in_time"),
        "due": "",
        "direction": Resolution.Direction.UP,
    }
    measure = request.POST.get("measure") or given["measure"]
    form = ResolutionForm(request.POST or None, initial=given, dimensions=dimensions(measure))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = resolutions.resolve(
                meeting=meeting, text=said["text"], charge=form.charged(), due=said["due"], figure=form.figure(),
                by=request.user, at=clock.now(),
            )  # fmt: skip
        except Refused as refusal:
            name = "equals" if refusal.field == "where" else refusal.field
            form.add_error(name or None, str(refusal))
        else:
            messages.success(request, _("Resolved: %(name)s is told.") % {"name": made.charge})
            return redirect("reporting:meeting", pk)
    context = {"form": form, "meeting": meeting, "title": invitation.title(meeting)}
    return render(request, "reporting/meetings/resolve.html", context, status=422 if request.method == "POST" else 200)


def dimensions(key: str) -> list[tuple[str, str]]:
    """Dimensions by which a measure may be narrowed: key → label; none for an unknown one."""
    try:
        found = engine.dimensions(registry.find(key))
    except ValueError:
        return []
    return [(name, str(one.label)) for name, one in found.items()]


@needs("meetings.view")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    found = (
        Resolution.objects.visible_to(request.user)
        .newest_outcome()
        .select_related("charge", "by", "meeting__contract", "meeting__closed")
    )
    one, at = get_object_or_404(found, pk=pk), clock.now()
    said = one.outcomes.select_related("by").order_by("-pk")
    read = helped.of(one, at, request.user)
    context = {
        "one": one, "title": invitation.title(one.meeting), "state": _state(one), "late": one.outcome is None and one.due < clock.today(at),
        "outcomes": said, "form": OutcomeForm(), "may_tell": may(request.user, "resolutions.tell") and resolutions.may_tell(one, request.user),
        "drafts": [_draft(draft) for draft in one.drafts.select_related("line", "contract", "by").order_by("pk")],
        "lines": DefinitionLine.objects.order_by("name"), "contracts": Contract.objects.visible_to(request.user).order_by("name"),
        "may_define": may(request.user, "definition.edit"), "may_amend": may(request.user, "contract.edit"),
        "helped": read, "sides": _sides(read), "target": _target(one, read), "where": _where(one),
    }  # fmt: skip
    return render(request, "reporting/meetings/resolution.html", context)


def _where(one: Resolution) -> str:
    labels = dict(dimensions(one.measure))
    return ", ".join(f"{labels.get(key, key)}: {value or _('blank')}" for key, value in one.where.items())


def _target(one: Resolution, read: helped.Helped | None) -> str:
    if one.target is None:
        return ""
    reading = read and (read.before or read.since)
    number = figures.number(one.target.normalize())
    shown = _("%(number)s%%") % {"number": number} if reading and reading.unit == RATIO else number
    return f"{'≥' if one.direction == Resolution.Direction.UP else '≤'} {shown}"


def _sides(read: helped.Helped | None) -> list[dict[str, Any]]:
    """Before and since, as a table reads them."""
    if read is None:
        return []
    out = []
    for name, one in ((_("before the meeting"), read.before), (_("since"), read.since)):
        value = figures.figure(one.total.value, one.unit) if one else figures.NOTHING
        more = (
            {"n": one.total.n, "of": one.total.of, "interval": figures.interval(one.total.interval, one.unit)}
            if one
            else {}
        )
        out.append({"name": name, "one": one, "value": value, "url": one.total.rows_url if one else "", **more})
    return out


def _draft(draft: ResolutionDraft) -> dict[str, Any]:
    """The draft with its page, and the version that both sides signed since."""
    signed = resolutions.signed(draft)
    if draft.kind == Kind.DEFINITION:
        assert draft.line is not None
        url = reverse("personas:definition", args=[draft.line.pk])
        read = reverse("personas:version", args=[draft.line.pk, signed.number]) if signed else ""
        return {"draft": draft, "name": draft.line.name, "url": url, "signed": signed, "read": read}
    assert draft.contract is not None
    url = reverse("sla:draft", args=[draft.contract.pk])
    read = reverse("sla:terms", args=[draft.contract.pk]) + f"?version={signed.number}" if signed else ""
    return {"draft": draft, "name": draft.contract.name, "url": url, "signed": signed, "read": read}


@needs("resolutions.tell")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Done, not done, or a draft opened that carries it out."""
    one, what = get_object_or_404(Resolution.objects.visible_to(request.user), pk=pk), request.POST.get("do", "")
    try:
        if what in ("done", "not"):
            resolutions.tell(
                resolution=one,
                done=what == "done",
                words=request.POST.get("words", ""),
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("Noted: the next meeting sees it, with the figure before and since."))
        elif what in Kind.values:
            return redirect(_opened(request, one, what))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reporting:resolution", pk)


def _opened(request: HttpRequest, one: Resolution, kind: str) -> str:
    """The page on which the draft is written."""
    key = whose.number(request.POST.get("of", ""))
    if not may(request.user, "definition.edit" if kind == Kind.DEFINITION else "contract.edit"):
        raise Http404
    if kind == Kind.DEFINITION:
        line = get_object_or_404(DefinitionLine, pk=key)
        resolutions.open_draft(resolution=one, kind=kind, line=line, by=request.user, at=clock.now())
        return reverse("personas:definition", args=[line.pk])
    contract = get_object_or_404(Contract.objects.visible_to(request.user), pk=key)
    resolutions.open_draft(resolution=one, kind=kind, contract=contract, by=request.user, at=clock.now())
    return reverse("sla:draft", args=[contract.pk])

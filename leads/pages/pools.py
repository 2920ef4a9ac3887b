"""Settings: pools, by which handoffs find a rep: in order, each with a rule, hours, and reps with weights and caps.

A pool may be tried on the last month before it is saved: who would have got what. Views only translate.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs import capacity, dry_run
from leads.handoffs import pools as service
from leads.models import HandoffState, Pool, PoolMember
from personas.criteria import validate
from personas.criteria.sentence import plain
from personas.pages import typed
from personas.pages.words import said, voice
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.calendars.models import Calendar
from smarketing.rows import clock
from smarketing.web.once import once

from . import arranging

MOST_WEIGHT, MOST_CAP = 24, 100_000


class PoolForm(forms.Form):
    """Name, rule as a sentence, hours, and reps; of each rep `weight-<id>`, `cap-<id>` and `hours-<id>`, read by `places`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    sentence = forms.CharField(label=gettext_lazy("Which leads it takes"), required=False, max_length=4000)
    calendar = forms.ModelChoiceField(
        Calendar.objects.order_by("name"), label=gettext_lazy("Working hours"), required=False,
        empty_label=gettext_lazy("at any hour"),
        help_text=gettext_lazy("Outside them it gives nothing; what comes waits in the pool until somebody is there."),
    )  # fmt: skip
    reps = forms.ModelMultipleChoiceField(
        User.objects.filter(role="rep", is_active=True).order_by("name"),
        label=gettext_lazy("Reps who take from it"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one rep: a pool without reps keeps what it gets.")},
    )

    def __init__(self, data: Any = None, *, opened: Pool | None = None):
        first: dict[str, Any] = _first_pool()
        if opened:
            first = {
                "name": opened.name,
                "reps": opened.members.values_list("rep", flat=True),
                "calendar": opened.calendar_id,
            }
            first["sentence"] = typed.written(opened.rules, "rules") if opened.rules else ""
        super().__init__(data, initial=first)
        self.opened, self.heard = opened, typed.Typed("")
        self.members = {one.rep_id: one for one in opened.members.all()} if opened else {}

    def clean_sentence(self) -> dict[str, Any] | None:
        """The rule as a condition tree; {} for none, None where nothing was said of it and it stays."""
        if typed.FIELD not in self.data and "take" not in self.data:
            return None
        self.heard = hear(typed.text_of({name: self.data.getlist(name) for name in self.data}))
        if self.heard.error:
            raise forms.ValidationError(self.heard.error)
        return self.heard.said["when"] if self.heard.said else {}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["rules"] = data.pop("sentence", None)
        data["places"] = self._places(data.get("reps") or ())
        return data

    def _places(self, reps: Any) -> Mapping[int, service.Place]:
        found = {}
        for rep in reps:
            weight, cap = self._number(f"weight-{rep.pk}", MOST_WEIGHT), self._number(f"cap-{rep.pk}", MOST_CAP)
            hours = self.data.get(f"hours-{rep.pk}")
            known = (
                hours is None or hours == "" or Calendar.objects.filter(pk=hours if hours.isdecimal() else 0).exists()
            )
            found[rep.pk] = service.Place(weight, cap, hours if known else None)
        return found

    def _number(self, name: str, most: int) -> int | None:
        text = self.data.get(name, "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= most):
            self.add_error("reps", _("Weights are whole numbers from 0 to %(weight)s, and at most %(cap)s leads may be open.") % {"weight": MOST_WEIGHT, "cap": MOST_CAP})  # fmt: skip
            return None
        return int(text)

    def table(self) -> list[dict[str, Any]]:
        """A line for each rep: whether they belong to it, with weight, cap and hours as sent or as kept."""
        chosen = {str(one) for one in (self["reps"].value() or ())}
        return [
            {
                "rep": rep, "chosen": str(rep.pk) in chosen, "cap": self._shown(f"cap-{rep.pk}", "cap", rep.pk, 200),
                "weight": self._shown(f"weight-{rep.pk}", "weight", rep.pk, 1),
                "hours": str(self._shown(f"hours-{rep.pk}", "calendar_id", rep.pk, "") or ""),
            }
            for rep in self.fields["reps"].queryset
        ]  # fmt: skip

    def _shown(self, name: str, column: str, rep: int, usual: Any) -> Any:
        if self.is_bound and name in self.data:
            return self.data[name]
        return getattr(self.members[rep], column) if rep in self.members else usual


def hear(text: str) -> typed.Typed:
    """A rule read from a sentence; what is wrong with a rule that was read is told as the error."""
    heard, speaker = typed.hear(text.strip(), "rules"), voice()
    if heard.said and (wrong := validate.validate_condition(heard.said["when"], speaker.catalogue)):
        heard.said, heard.error = None, " ".join(dict.fromkeys(said(problem, speaker) for problem in wrong))
    return heard


@needs("settings.routing")
def pools(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Every pool, and a form that adds one or changes the one opened; `do=try` shows the last month by it and saves nothing."""
    opened = get_object_or_404(Pool, pk=pk) if pk else None
    if request.method == "POST" and request.headers.get("HX-Target") == "heard":
        heard = hear(typed.text_of({name: request.POST.getlist(name) for name in request.POST}))
        return render(request, "personas/heard.html", {"row": {"typed": heard}})
    form = PoolForm(request.POST or None, opened=opened)
    result = None
    if request.method == "POST" and form.is_valid() and "take" not in request.POST:
        try:
            if request.POST.get("do") == "try":
                result = tried(request, form)
            else:
                service.save_pool(by=request.user, at=clock.now(), pool=opened, **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("leads:pools")
        except service.PoolError as refusal:
            form.add_error("name", str(refusal))
    return _page(request, form, opened, result)


def tried(request: HttpRequest, form: PoolForm) -> dry_run.Result:
    """The last month by the pools as they would be; what was written for it is rolled back."""
    with transaction.atomic():
        service.save_pool(by=request.user, at=clock.now(), pool=form.opened, **form.cleaned_data)
        result = dry_run.run(dry_run.last_month(clock.now()))
        transaction.set_rollback(True)
    return result


def _page(request: HttpRequest, form: PoolForm, opened: Pool | None, result: dry_run.Result | None) -> HttpResponseBase:
    rows = _rows()
    head = (_("Pool"), _("Takes"), _("Reps"), _("State"))
    lines = [
        (
            row["pool"].name,
            row["rule"] or _("every lead"),
            ", ".join(one["rep"].name for one in row["members"]),
            _("retired") if row["pool"].retired_at else _("in use"),
        )
        for row in rows
    ]
    if (file := arranging.saved(request, "pools", "pool", _("Routing"), head, lines)) is not None:
        return file
    context = {
        "form": form, "opened": opened, "rows": rows, "offers": arranging.offers(), "result": result,
        "reps": form.fields["reps"].queryset.exists(), "may_invite": may(request.user, "settings.people"),
        "places": form.table(), "calendars": Calendar.objects.order_by("name"), "here": request.path,
        "row": {"typed": form.heard if form.is_bound else hear(form["sentence"].value() or "")},
    }  # fmt: skip
    return render(request, "leads/pools.html", context)


def _rows() -> list[dict[str, Any]]:
    """Every pool in its order: its rule in words, its reps with what they carry, and what waits in it."""
    speaker, today = voice(), clock.today()
    load, away, fresh = capacity.load(), capacity.away_on(today), service.unused()
    waiting = dict(
        HandoffState.objects.in_pool().exclude(pool=None).order_by().values_list("pool").annotate(n=Count("pk"))
    )
    members: dict[int, list[dict[str, Any]]] = {}
    for one in PoolMember.objects.select_related("rep").order_by("rep__name", "pk"):
        full = load.get(one.rep_id, 0) >= one.cap
        members.setdefault(one.pool_id, []).append(
            {"rep": one.rep, "weight": one.weight, "cap": one.cap, "load": load.get(one.rep_id, 0), "full": full,
             "away": one.rep_id in away, "gone": not one.rep.is_active}
        )  # fmt: skip
    return [
        {
            "pool": pool, "rule": plain(speaker.condition(pool.rules)) if pool.rules else "",
            "members": members.get(pool.pk, []), "waiting": waiting.get(pool.pk, 0),
            "fresh": pool.pk in fresh,
        }
        for pool in Pool.objects.select_related("calendar").order_by("order", "pk")
    ]  # fmt: skip


DEEDS = arranging.ordered(service)


@needs("settings.routing")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Move, retire, let it take again or delete: whichever button was pressed."""
    there = reverse("leads:pools") + f"#pool-{pk}"
    return arranging.do(request, DEEDS, service.PoolError, there, pool=get_object_or_404(Pool, pk=pk))


def _first_pool() -> dict[str, Any] | None:
    """The first pool is everybody, unless somebody says otherwise."""
    if Pool.objects.exists():
        return None
    reps = User.objects.filter(role="rep", is_active=True).values_list("pk", flat=True)
    return {"name": _("Sales team"), "reps": list(reps)}

"""A first contract by twelve answers on four screens. The answers travel in the address: back and forward keep them, and
nothing is made before the last button."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.replay.shown import sales_time
from personas.definitions.queries import version_in_force
from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.calendars import services as calendars
from smarketing.rows import clock
from smarketing.web.once import once

from .. import drafts
from ..models import Contract
from ..sections import reading, reckoning, sound, sums
from ..sections.fields import plain
from . import texts

STEPS = (
    (gettext_lazy("The contract"), ("name", "line", "starts_on", "calendar")),
    (gettext_lazy("The goal"), ("revenue", "deal", "won")),
    (gettext_lazy("What each side promises"), ("volume", "hours", "attempts", "reps", "hours_a_day")),
    (gettext_lazy("The terms"), ()),
)
FIELDS = tuple(name for _title, names in STEPS for name in names)


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.01"), max_digits=14, decimal_places=2, help_text=help_text
    )


class GuidedForm(forms.Form):
    """The twelve answers."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    line = forms.ModelChoiceField(
        DefinitionLine.objects.order_by("name"), label=gettext_lazy("Definition of the MQL that it counts"),
        empty_label=None,
    )  # fmt: skip
    starts_on = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    calendar = forms.TypedChoiceField(label=gettext_lazy("Calendar"), coerce=int)
    revenue = _amount(gettext_lazy("Revenue that MQL should bring in twelve months"))
    deal = _amount(gettext_lazy("Average deal"))
    won = forms.DecimalField(
        label=gettext_lazy("MQL that become customers (%)"), min_value=Decimal("0.01"), max_value=100, decimal_places=2,
        help_text=gettext_lazy("Take the rate of your own closed loop; a first guess is better than none."),
    )  # fmt: skip
    volume = forms.IntegerField(label=gettext_lazy("MQL a month"), min_value=1, max_value=1_000_000)
    hours = forms.DecimalField(
        label=gettext_lazy("First attempt within business hours"), min_value=Decimal("0.25"), max_value=1000, decimal_places=2
    )  # fmt: skip
    attempts = forms.IntegerField(label=gettext_lazy("Attempts on each MQL, at least"), min_value=1, max_value=20)
    reps = forms.IntegerField(label=gettext_lazy("Reps who follow up"), min_value=1, max_value=10_000)
    hours_a_day = forms.DecimalField(
        label=gettext_lazy("Hours of each a business day"), min_value=Decimal("0.1"), max_value=24, decimal_places=2
    )

    def __init__(self, data=None, *, initial=None):
        super().__init__(data, initial=initial)
        self.fields["calendar"].choices = [(one.pk, one.calendar.name) for one in calendars.current()]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Contract.objects.filter(name=name).exists():
            raise ValidationError(_("A contract of this name exists."))
        return name

    def first_wrong(self, before: int) -> int | None:
        """The first step before this one with an answer that is missing or wrong."""
        return next((n for n in range(1, before) if set(STEPS[n - 1][1]) & set(self.errors)), None)

    def body(self) -> dict:
        """The founding article's contract, with the answers in it."""
        said, time = self.cleaned_data, sales_time()
        version = version_in_force(said["line"], clock.now())
        calendar = next(one for one in calendars.current() if one.pk == said["calendar"])
        out = drafts.starter(calendar, said["starts_on"], version.number if version else None)
        out["goal"] |= {name: plain(said[name]) for name in ("revenue", "deal", "won")}
        out["capacity"] |= {"reps": said["reps"], "hours_a_day": plain(said["hours_a_day"]), "minutes": plain(time.minutes)}  # fmt: skip
        for clause, name in zip(out["clauses"], ("volume", "hours", "attempts"), strict=True):
            clause["target"] = plain(said[name])
        return out


def _usual() -> dict[str, Any]:
    """What stands in a field before anybody answers."""
    line, today = DefinitionLine.objects.order_by("name").first(), clock.today()
    choice = calendars.current()
    return {
        "name": f"{line.name} {today.year}"[:80] if line else "", "line": line and line.pk,
        "starts_on": drafts.next_month(today), "calendar": choice[0].pk if choice else None,
        "volume": 200, "hours": 4, "attempts": 3, "hours_a_day": plain(sales_time().hours),
    }  # fmt: skip


@needs("contract.edit")
@once
def guided(request: HttpRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else request.GET
    asked = sent.get("step", "1")
    target = len(STEPS) if request.method == "POST" else min(max(int(asked) if asked.isdecimal() else 1, 1), len(STEPS))
    answers = {name: sent[name] for name in FIELDS if name in sent}
    form = GuidedForm(_usual() | _reckoned(answers) | answers)
    wrong = form.first_wrong(target)
    if request.method == "POST" and wrong is None:
        return _make(request, form)
    step = wrong or target
    context = {
        "step": step, "of": len(STEPS), "title": STEPS[step - 1][0], "form": _shown(form, wrong, answers), "answers": answers,
        "carried": [(name, value) for name, value in answers.items() if name not in STEPS[step - 1][1]],
        "names": STEPS[step - 1][1], "steps": [(n, title) for n, (title, _names) in enumerate(STEPS, 1)],
        "lines": DefinitionLine.objects.exists(), "calendars": calendars.current(),
    }  # fmt: skip
    if step == 3:
        context["goal"] = sums.goal(reading.of("", "", {"goal": _goal(form)}))
    if step == len(STEPS):
        context |= _review(form)
    return render(request, "sla/guided.html", context, status=422 if wrong else 200)


def _shown(form: GuidedForm, wrong: int | None, answers: dict[str, str]) -> GuidedForm:
    """The form with its errors where an answer was refused; else as answered so far."""
    return form if wrong else GuidedForm(initial=dict(form.data))


def _goal(form: GuidedForm) -> dict[str, str]:
    return {name: plain(form.cleaned_data[name]) for name in ("revenue", "deal", "won") if form.cleaned_data.get(name)}


def _reckoned(answers: dict[str, str]) -> dict[str, Any]:
    """The MQL a month that the goal needs, once it is answered."""
    form = GuidedForm(_usual() | answers)
    form.is_valid()
    found = reckoning.goal_of(reading.of("", "", {"goal": _goal(form)}).section("goal"))
    return {"volume": found.a_month} if found else {}


def _review(form: GuidedForm) -> dict[str, Any]:
    body = form.body()
    contract = Contract(name=form.cleaned_data["name"], line=form.cleaned_data["line"])
    read = texts.read(contract, body)
    return {"texts": texts.both(contract, body, anchors=False), "over": sound.over_capacity(read), "below": sound.below_goal(read)}  # fmt: skip


def _make(request: HttpRequest, form: GuidedForm) -> HttpResponse:
    said = form.cleaned_data
    made = drafts.create_contract(
        name=said["name"], line=said["line"], by=request.user, at=clock.now(), body=form.body()
    )
    messages.success(request, _("The draft is written: read it, propose it, and both sides sign."))
    return redirect("sla:draft", pk=made.pk)

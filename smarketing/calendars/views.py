"""Settings: calendars. Views only translate."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import exports, lists
from smarketing.web.tables import Column, Table

from . import services
from .forms import CalendarForm, shown
from .models import Calendar, CalendarVersion


@lists.listed("calendars:list", gettext_lazy("Calendars"))
@needs("settings.calendars")
def calendars(request: HttpRequest) -> HttpResponseBase:
    table = Table(
        _columns(clock.now()), services.newest(), request.GET, "name", caption=_("Calendars"),
        exports=exports.Export("calendars", "lists.export", "calendar"),
        empty={
            "title": _("No calendar yet"),
            "text": _("A contract counts its delays in business hours: it needs working hours and holidays."),
            "url": reverse("calendars:add"),
            "action": _("Add a calendar"),
        },
    )  # fmt: skip
    return lists.answer(request, table, "calendars/list.html")


def _columns(at: datetime) -> list[Column]:
    def page(version: CalendarVersion) -> str:
        return reverse("calendars:calendar", args=[version.calendar_id])

    def hours(version: CalendarVersion) -> list[str]:
        return [f"{days} {hours}" for days, hours in week(version.spec)]

    def warned(version: CalendarVersion) -> str:
        return " ".join(services.warnings(version, at))

    return [
        Column("name", gettext_lazy("Name"), "calendar.name", sort="calendar__name", url=page, head=True, nullable=False),
        Column("zone", gettext_lazy("Time zone"), lambda version: version.spec["zone"]),
        Column("hours", gettext_lazy("Working hours"), lambda version: "; ".join(hours(version)),
               show=lambda _text, version: format_html_join(mark_safe("<br>"), "{}", ((one,) for one in hours(version)))),
        Column("closed", _("Days closed in %(year)s") % {"year": at.year}, lambda version: services.closed_in(version, at.year), align="num"),
        Column("version", gettext_lazy("Version"), "number", sort="number", align="num"),
        Column("since", gettext_lazy("Since"), "created_at", sort="created_at", align="nowrap", extra=True),
        Column("warnings", gettext_lazy("To look at"), warned, wide=True),
    ]  # fmt: skip


@needs("settings.calendars")
def calendar(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(Calendar, pk=pk) if pk else None
    at, newest = clock.now(), found and found.versions.order_by("-number").first()
    zone = str(clock.zone())
    spec = newest.spec if newest else services.starter_spec(at=at, zone=zone)
    save = request.method == "POST" and "refresh" not in request.POST
    data = request.POST if request.method == "POST" else None
    form = CalendarForm.of(found.name if found else "", spec, data, year=at.year, fixed_name=bool(found))
    if save and form.is_valid() and _save(request, form, found, at):
        return redirect("calendars:list")
    if "refresh" in request.POST:
        form = _refreshed(form)
    context = {"form": form, "calendar": found, "version": newest, "year": at.year}
    return render(
        request, "calendars/form.html", context | {"warnings": services.warnings(newest, at) if newest else []}
    )


def _save(request: HttpRequest, form: CalendarForm, found: Calendar | None, at) -> bool:
    name = form.cleaned_data["name"]
    if not found and Calendar.objects.filter(name=name).exists():
        form.add_error("name", _("A calendar of this name exists."))
        return False
    try:
        version = services.create_version(calendar=found, name=name, spec=form.spec(), by=request.user, at=at)
    except ValidationError as refusal:
        form.add_error(None, [text for texts in refusal.message_dict.values() for text in texts])
        return False
    messages.success(request, _("Saved as version %(number)s.") % {"number": version.number})
    return True


def _refreshed(form: CalendarForm) -> CalendarForm:
    """The form with the holidays of the country just chosen, all kept; nothing typed is lost."""
    data = form.data.copy()
    data.setlist("closed", [key for key, _label, _dates in form.named])
    again = CalendarForm(
        None,
        year=form.year,
        initial={name: data.get(name, "") for name in form.fields} | {"closed": data.getlist("closed")},
        fixed_name=form.fields["name"].disabled,
    )
    if again.fields["name"].disabled:
        again.initial["name"] = form.initial["name"]
    return again


def week(spec: dict) -> list[tuple[str, str]]:
    """Days that share hours, in words: [("Mon–Fri", "09:00-18:00")]."""
    out: list[list] = []
    for day in range(1, 8):
        hours = shown(spec["windows"].get(str(day), []))
        if out and out[-1][2] == hours:
            out[-1][1] = day
        else:
            out.append([day, day, hours])
    label = {day: str(WEEKDAYS_ABBR[day - 1]) for day in range(1, 8)}
    return [
        (label[first] if first == last else f"{label[first]}–{label[last]}", hours)
        for first, last, hours in out
        if hours
    ]

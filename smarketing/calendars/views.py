"""Settings: calendars. Views only translate."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from smarketing.accounts.policy import needs
from smarketing.rows import clock

from . import services
from .forms import CalendarForm, shown
from .models import Calendar


@needs("settings.calendars")
def calendars(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    rows = [
        (version, week(version.spec), services.warnings(version, at), services.closed_in(version, at.year))
        for version in services.current()
    ]
    return render(request, "calendars/list.html", {"rows": rows, "year": at.year})


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

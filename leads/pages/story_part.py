"""The story on a lead's page: its tabs, its pages, and the place at which it is read."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from leads.evidence import story, telling, values
from leads.models import Lead

FILTERS = {
    "all": gettext_lazy("all"),
    "mail": gettext_lazy("mail"),
    "web": gettext_lazy("web"),
    "calls": gettext_lazy("calls"),
    "stages": gettext_lazy("stages"),
    "notes": gettext_lazy("notes"),
    "values": gettext_lazy("values"),
}


def of(request: HttpRequest, lead: Lead, held: values.Held, personal: bool) -> dict:
    """What the page of a lead shows of its story, as known at the instant at which its values are `held`."""
    only = request.GET.get("story", "all")
    only = only if only in FILTERS else "all"
    entries, further = story.page(
        lead, held.t, only=only, before=parse(request.GET.get("before", "")), whose=held.members
    )
    query = request.GET.copy()
    query.pop("before", None)
    query["story"] = only
    more = query.copy()
    if further:
        more["before"] = written(further)
    tabs = []
    for key, label in FILTERS.items():
        query["story"] = key
        tabs.append((label, f"?{query.urlencode()}#story", key == only))
    query["story"] = only
    return {
        "lines": telling.lines(entries, personal=personal, lead=lead.pk, reader=request.user, held=held),
        "tabs": tabs,
        "more_url": f"?{more.urlencode()}#story" if further else "",
        "newest_url": f"?{query.urlencode()}#story" if request.GET.get("before") else "",
    }


def written(place: story.Place) -> str:
    """A place in the story for an address."""
    return f"{place[0].isoformat()}~{place[1]}~{place[2]}"


def parse(text: str) -> story.Place | None:
    """What `written` wrote; None for anything else."""
    try:
        at, rank, pk = text.split("~")
        instant = datetime.fromisoformat(at)
        return (
            (instant, int(rank), int(pk)) if instant.tzinfo and abs(int(rank)) < 99 and abs(int(pk)) < 2**63 else None
        )
    except ValueError:
        return None

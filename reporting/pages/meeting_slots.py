"""What meetings show in places of lower pages: put on the agenda, say a remark, the resolution that a draft carries out."""

from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Remark
from reporting.meetings import remarks, resolutions
from reporting.models import AgendaItem, ResolutionDraft
from smarketing.accounts.policy import may
from smarketing.rows import clock
from smarketing.web import filters

Kind, About = AgendaItem.Kind, Remark.About
# Panels of the closed loop, as the point that they become on an agenda.
PANELS = {
    "pay": _("Closed loop: did it pay?"),
    "leak": _("Closed loop: where do leads leak away?"),
    "table": _("Closed loop: which campaigns to raise or to stop?"),
    "said": _("Closed loop: what sales said"),
    "personas": _("Closed loop: which personas buy?"),
    "response": _("Closed loop: how soon leads are called"),
    "funnel": _("Closed loop: steps and waiting times"),
    "cohorts": _("Closed loop: cohorts month by month"),
    "bought": _("Closed loop: what leads cost and brought"),
    "criteria": _("Closed loop: criteria contradicted by sales"),
    "turned": _("Closed loop: what is refused most"),
    "changed": _("Closed loop: figures that changed"),
    "explore": _("Closed loop: a question asked of the figures"),
}


def loop_agenda(
    context: Any,
    kind: str = Kind.TEXT,
    ref: Any = "",
    text: str = "",
    contract: Any = "",
    line: Any = "",
    here: str = "",
) -> str:
    """The button that puts something on the agenda of the next meeting; `kind` is one of AgendaItem.Kind or of PANELS, `line`
    the definition of which a text speaks, `here` the page to come back to where that is not the address asked for."""
    request = context["request"]
    if kind in PANELS:
        kind, text = Kind.TEXT, str(PANELS[kind])
    if not may(request.user, "agenda.add"):
        return ""
    here = here or request.get_full_path()
    said = {"kind": kind, "ref": ref, "text": str(text)[:300], "contract": contract, "line": line, "here": here}
    return render_to_string("reporting/meetings/put.html", said, request)


def _say(context: Any, about: str, ref: Any) -> str:
    """Links to praise, or to name a problem, of what this page is about, with how many were said."""
    request = context["request"]
    if not may(request.user, "meetings.view"):
        return ""
    standing = Remark.objects.standing().visible_to(request.user)
    found = standing.filter(note__lead=ref) if about == About.LEAD else standing.filter(about=about, ref=str(ref))
    kinds = list(found.values_list("kind", flat=True))
    counts = {kind: kinds.count(kind) for kind in Remark.Kind.values}
    query = urlencode({"about": about, "ref": ref, "next": request.path})
    narrowed = urlencode({"about": about, "ref": ref})
    said = {
        "url": f"{reverse('reporting:remark_new')}?{query}", "filter": narrowed, "may_say": may(request.user, "remarks.say"), **counts,
    }  # fmt: skip
    return render_to_string("reporting/meetings/said.html", said, request)


def overview(context: Any) -> str:
    """On the closed loop: praise and problems of this month, and what to do with them."""
    request = context["request"]
    if not may(request.user, "meetings.view"):
        return ""
    first = clock.today().replace(day=1)
    found = Remark.objects.standing().visible_to(request.user).filter(note__occurred_at__gte=filters.midnight(first))
    kinds = list(found.values_list("kind", flat=True))
    counts = {kind: kinds.count(kind) for kind in Remark.Kind.values}
    url = f"{reverse('reporting:remark_new')}?{urlencode({'next': request.path})}"
    said = {"url": url, "filter": urlencode({"since": first}), "may_say": may(request.user, "remarks.say"), **counts}
    return render_to_string("reporting/meetings/said.html", said, request)


def campaign(context: Any, pk: int) -> str:
    return _say(context, About.CAMPAIGN, pk) + loop_agenda(context, Kind.CAMPAIGN, pk)


def persona(context: Any, pk: int) -> str:
    return _say(context, About.PERSONA, pk) + loop_agenda(context, Kind.PERSONA, pk)


def lead(context: Any, pk: int) -> str:
    """On a lead: a problem beside the praise that stands there already."""
    request = context["request"]
    if not may(request.user, "remarks.say"):
        return ""
    query = urlencode({"about": About.LEAD, "ref": pk, "kind": Remark.Kind.PROBLEM, "next": request.path})
    return render_to_string(
        "reporting/meetings/problem.html", {"url": f"{reverse('reporting:remark_new')}?{query}"}, request
    )


def clause(context: Any, contract: int, month: str) -> str:
    """Under the clause that the follow-up shows: say something of it, put it on the agenda."""
    row = context.get("row")
    if row is None:
        return ""
    ref = f"{contract}:{row.clause.key}"
    return _say(context, About.CLAUSE, ref) + loop_agenda(context, Kind.CLAUSE, row.clause.key, contract=contract)


def note(context: Any, line: int, text: str) -> str:
    """Beside a note of the studio: the note as a point of the agenda."""
    return loop_agenda(context, Kind.TEXT, "", text, line=line, here=reverse("personas:definition", args=[line]))


def criterion(context: Any, line: int, key: str) -> str:
    """Beside a criterion of the studio: praise it or name a problem; where somebody disagrees with it, put it on the agenda."""
    said = remark(context, line, key)
    known = getattr(context["request"], "_disagreements", (line, {}))  # counted by what `leads` shows there
    if key not in known[1]:
        return said
    here = reverse("personas:definition", args=[line])
    return said + loop_agenda(context, Kind.CRITERION, f"{line}:{key}", here=here)


def remark(context: Any, line: int, key: str) -> str:
    """Beside a criterion that was published: the way to say something of it; which there are is read once a page."""
    request = context["request"]
    if not may(request.user, "remarks.say"):
        return ""
    spoken = getattr(request, "_criteria_published", None)
    if spoken is None or spoken[0] != line:
        spoken = request._criteria_published = (line, remarks.published(line))
    if key not in spoken[1]:
        return ""
    query = urlencode({"about": About.CRITERION, "ref": f"{line}:{key}", "next": request.path})
    return render_to_string(
        "reporting/meetings/criterion.html", {"url": f"{reverse('reporting:remark_new')}?{query}"}, request
    )


def disagreement(context: Any, pk: int) -> str:
    return loop_agenda(context, Kind.DISAGREEMENT, pk)


def definition_draft(context: Any, line: Any) -> str:
    """In the studio: the resolutions that its draft carries out."""
    return _carried(context, line=getattr(line, "pk", line), kind=ResolutionDraft.Kind.DEFINITION)


def terms_draft(context: Any, contract: int) -> str:
    return _carried(context, contract=contract, kind=ResolutionDraft.Kind.TERMS)


def _carried(context: Any, **which: Any) -> str:
    """Resolutions of meetings whose draft this is, and that no signed version has answered yet."""
    if not may(context["request"].user, "meetings.view"):
        return ""
    drafts = (
        ResolutionDraft.objects.filter(**which)
        .select_related("resolution__charge", "resolution__meeting")
        .order_by("pk")
    )
    rows = [one.resolution for one in drafts if resolutions.signed(one) is None]
    return render_to_string("reporting/meetings/carried.html", {"rows": rows}) if rows else ""


def terms_signed(context: Any, contract: int, number: int) -> str:
    """On signed terms: the resolutions from which this version came."""
    return _from(context, number, contract=contract)


def _from(context: Any, number: int, **which: Any) -> str:
    """Resolutions of which a version is what both sides signed first after their draft was opened."""
    if not may(context["request"].user, "meetings.view"):
        return ""
    drafts = ResolutionDraft.objects.filter(**which, after__lt=number).select_related(
        "resolution__charge", "resolution__meeting"
    )
    rows = [one.resolution for one in drafts if (found := resolutions.signed(one)) and found.number == number]
    return render_to_string("reporting/meetings/carried.html", {"rows": rows, "signed": True}) if rows else ""


def definition_signed(context: Any, line: int, number: int) -> str:
    """On a published definition: the resolutions from which this version came."""
    return _from(context, number, line=line, kind=ResolutionDraft.Kind.DEFINITION)


PLACES = (
    ("loop.agenda", loop_agenda), ("loop.said", overview), ("campaign.results", campaign), ("persona.results", persona), ("lead.note_actions", lead),
    ("contract.clause", clause), ("definition.note", note), ("criterion.said", criterion), ("disagreement.said", disagreement),
    ("definition.brief", definition_draft), ("terms.draft", terms_draft), ("terms.signed", terms_signed),
    ("definition.signed", definition_signed), ("criterion.remark", remark),
)  # fmt: skip

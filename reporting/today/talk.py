"""What a morning says of people: what sales and marketing said since yesterday, the next meeting, and what it asks of whom."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leads.evidence import criteria
from leads.handoffs import reasons
from leads.models import Lead, Remark
from leads.rights import disagreements
from reporting.meetings import belief, invitation, remarks
from reporting.meetings.reading import text_of
from reporting.models import Meeting, Resolution
from sla import words
from smarketing.accounts.policy import may
from smarketing.measures import engine
from smarketing.web.filters import midnight

from .lists import ROWS, Line, Morning

SOON = timedelta(days=7)
WORDS = 90  # letters of what somebody said


def said(morning: Morning) -> list[Line]:
    """Since yesterday: the reasons of refusals and returns with their rows, praise, problems, disagreements; newest first."""
    return [*_reasons(morning), *_remarks(morning), *_disagreements(morning)][: ROWS * 2]


def _reasons(morning: Morning) -> list[Line]:
    first, until = morning.today - timedelta(days=1), morning.today + timedelta(days=1)
    asked = {"first": first, "until": until, "cutoff": morning.cutoff, "user": morning.user}
    rows = engine.answer("reasoned", by=("reason",), **asked).rows
    out = []
    for one in sorted(rows, key=lambda one: -one.n):
        if one.n:
            n = ngettext("%(n)s time", "%(n)s times", one.n) % {"n": words.number(one.n)}
            out.append(
                Line(
                    capfirst(str(reasons.label(one.group["reason"]))),
                    _("refused or given back"),
                    n,
                    one.rows_url,
                    "sales",
                )
            )
    return out[:ROWS]


def _remarks(morning: Morning) -> list[Line]:
    since = midnight(morning.today - timedelta(days=1))
    found = Remark.objects.standing().visible_to(morning.user).filter(note__occurred_at__gte=since)
    some = list(found.select_related("note__words", "note__by").order_by("-note__occurred_at")[:ROWS])
    abouts, personal, out = remarks.Abouts(some, morning.user), may(morning.user, "leads.personal"), []
    for one in some:
        text = Truncator(text_of(one.note, True, personal)).chars(WORDS)
        more = f"{one.note.by} · {abouts.of(one)[0]}"
        url = reverse("reporting:remark", args=[one.pk])
        out.append(Line(text or abouts.of(one)[0], more, str(one.get_kind_display()), url, one.note.by.side))
    return out


def _disagreements(morning: Morning) -> list[Line]:
    """Criteria that somebody disagreed with for one reason, each once: how often, and the last words said."""
    if not may(morning.user, "definition.view"):
        return []
    day = morning.today - timedelta(days=1)
    found = disagreements.visible_to(morning.user).filter(note__occurred_at__gte=midnight(day))
    grouped = found.order_by().values("line", "criterion", "reason").annotate(n=Count("pk"), last=Max("pk"))
    counts = {one["last"]: one["n"] for one in grouped.order_by("-n", "-last")[:ROWS]}
    last = found.select_related("note__words", "note__by", "version").in_bulk(list(counts))
    seen = Lead.objects.visible_to(morning.user).filter(pk__in=[one.note.lead_id for one in last.values()])
    leads, personal = set(seen.values_list("pk", flat=True)), may(morning.user, "leads.personal")
    out = []
    for pk, n in counts.items():
        one = last[pk]
        text = Truncator(text_of(one.note, one.note.lead_id in leads, personal)).chars(WORDS)
        more = " · ".join(filter(None, [str(one.get_reason_display()), str(one.note.by), text]))
        asked = {"definition": one.line_id, "criterion": one.criterion, "reason": one.reason, "since": day.isoformat()}
        times = ngettext("%(n)s disagreement", "%(n)s disagreements", n) % {"n": words.number(n)}
        out.append(
            Line(
                capfirst(criteria.words(one.version, one.criterion, get_language() or "en")),
                more,
                times,
                f"{reverse('leads:disagreements')}?{urlencode(asked)}",
                one.note.by.side,
            )
        )
    return out


def asked(morning: Morning) -> list[Line]:
    """What meetings ask of this person, first; then the next meeting: a question to answer, resolutions in their charge."""
    user, at = morning.user, morning.at
    if not may(user, "meetings.view"):
        return []
    out = [
        Line(_("Say what you believe, before the meeting"), one.contract.name, invitation.when(one),
             reverse("reporting:meeting_answer", args=[one.pk]), user.side)
        for one in belief.waiting_for(user, at)
    ]  # fmt: skip
    return [*out, *_resolutions(morning), *_next(morning)]


def _resolutions(morning: Morning) -> list[Line]:
    """Those in one's own charge that are near or late; for managers the late ones of everybody."""
    found = (
        Resolution.objects.open().filter(due__lte=morning.today + SOON).select_related("charge").order_by("due", "pk")
    )
    own = [
        one
        for one in found
        if one.charge_id == morning.user.pk or (morning.user.role == "manager" and one.due < morning.today)
    ]
    return [
        Line(one.text, str(one.charge), morning.day(one.due), reverse("reporting:resolution", args=[one.pk]), one.charge.side, one.due < morning.today)
        for one in own[:ROWS]
    ]  # fmt: skip


def _next(morning: Morning) -> list[Line]:
    """The next meeting to which this person is invited."""
    mine = Meeting.objects.ahead().filter(attendees__user=morning.user, starts_at__gte=morning.at - timedelta(hours=2))
    one = mine.select_related("contract").order_by("starts_at").first()
    if one is None:
        return []
    return [
        Line(
            invitation.title(one),
            one.place or one.link,
            invitation.when(one),
            reverse("reporting:meeting", args=[one.pk]),
        )
    ]


def happened(morning: Morning) -> list[Line]:
    """Meetings closed and resolutions carried out since yesterday."""
    since = midnight(morning.today - timedelta(days=1))
    held = (
        Meeting.objects.visible_to(morning.user)
        .filter(closed__at__gte=since)
        .select_related("contract")
        .order_by("-closed__at")[:ROWS]
    )
    out = [
        Line(
            _("Minutes of: %(title)s") % {"title": invitation.title(one)},
            "",
            "",
            reverse("reporting:meeting", args=[one.pk]),
        )
        for one in held
    ]
    done = (
        Resolution.objects.newest_outcome()
        .filter(outcomes__at__gte=since, outcome__isnull=False)
        .select_related("charge")
        .distinct()[:ROWS]
    )
    for one in done:
        state = _("done") if one.outcome else _("not done")
        out.append(
            Line(one.text, str(one.charge), state, reverse("reporting:resolution", args=[one.pk]), one.charge.side)
        )
    return out

"""The three lists of a morning. Each is read through what the person may see; every line leads somewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.handoffs.rules import body_of
from leads.measures import changes
from leads.models import HandoffState
from leads.models.queues import HandoffStateQuerySet
from leads.pages import telling
from personas.definitions import persona_care
from sla import follow, missing, words
from sla.models import Contract
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.policy import may
from smarketing.agreements import kinds as papers
from smarketing.agreements.models import Paper, Signature
from smarketing.measures import engine, registry
from smarketing.rows import clock, fence
from smarketing.web.navigation import address

ROWS = 6
# What changes from one day to the next, each by the day on which it happened.
CHANGES = {
    key: {"leads": "created", "won": "won", **changes.DATES}[key]
    for key in ("leads", "mql", "mql_repeated", "accepted", "refused", "returned", "won")
}


@dataclass(frozen=True)
class Line:
    """One line: what, a second part in grey, a figure, where it leads, the side it concerns."""

    text: str
    more: str = ""
    figure: str = ""
    url: str = ""
    side: str = ""
    late: bool = False
    warn: str = ""


class Morning:
    """What the lists of one person are made of, read once."""

    def __init__(self, user: User, at: datetime):
        self.user, self.at, self.zone, self.cutoff = user, at, clock.zone(), fence.cutoff()
        self.teller = telling.teller(at, self.zone)
        self.today = at.astimezone(self.zone).date()
        self.states = HandoffState.objects.visible_to(user)

    def day(self, day: date) -> str:
        return date_format(day, "SHORT_DATE_FORMAT")

    # --- what is about to break

    def breaking(self) -> list[Line]:
        """Promises that break next, and what the month of the contract lacks."""
        tomorrow = self.at + timedelta(days=1)
        out = [self.promise(state) for state in self._first(self.states.owed().due_before(tomorrow), ROWS)]
        pool = self._first(self.states.in_pool().due_before(tomorrow), max(ROWS - len(out), 2))
        out += [self.promise(state) for state in pool]
        if self.user.role != Role.REP:
            out += self.contracts()
        return out

    def _first(self, some: HandoffStateQuerySet, count: int) -> Iterable[HandoffState]:
        """The first so many of these in the order of promises: chosen before what is shown of them is read."""
        first = HandoffState.objects.filter(pk__in=some.in_order().values("pk")[:count])
        return first.in_order().select_related("lead__company", "rep", "handoff__rules")

    def promise(self, state: HandoffState) -> Line:
        """A promise in words, with the time that is left."""
        left = self.teller.under(state.calendar_id).left(state.due_at)
        promised = body_of(state.handoff)["attempts"]
        what = telling.promise(state.due_label, state.attempts, promised)
        who = state.rep.name if state.rep else _("in the pool")
        more = f"{what} · {who}" if self.user.role != Role.REP or not state.rep else what
        return Line(self._name(state), more, left.text, self._place(state), "sales", left.kind == "late")

    def _name(self, state: HandoffState) -> str:
        if may(self.user, "leads.personal"):
            return str(state.lead)
        return str(state.lead.company or _("lead %(number)s") % {"number": state.lead_id})

    def _place(self, state: HandoffState) -> str:
        if may(self.user, "queue.view"):
            return reverse("leads:focus", args=[state.pk])
        return reverse("leads:lead", args=[state.lead_id])

    def contracts(self) -> list[Line]:
        """The clauses that are behind or broken this month, those of the person's own side first."""
        out = []
        for contract in Contract.objects.visible_to(self.user).order_by("name"):
            reader = follow.Reader(contract, self.at, self.cutoff)
            if not reader.terms:
                continue
            month = reader.month(reader.today.replace(day=1))
            for row in month.rows:
                if row.figure.state in ("behind", "broken"):
                    found = missing.first(month, row)
                    state = words.state(row.figure.state)
                    url = reverse("sla:follow_up") + f"?contract={contract.pk}&clause={row.clause.key}"
                    out.append(
                        Line(f"{row.clause.key} {words.clause(row.clause)}", found.text if found else "",
                             f"{words.so_far(row.figure)} · {state[2]}", url, row.clause.side)
                    )  # fmt: skip
        first = Side.MARKETING if self.user.role == Role.MARKETER else self.user.side
        return sorted(out, key=lambda line: line.side != first)

    # --- what changed since yesterday

    def changed(self) -> list[Line]:
        """Counts since yesterday morning with their rows, and papers proposed or signed since."""
        first = self.today - timedelta(days=1)
        period = {"first": first, "until": self.today + timedelta(days=1), "cutoff": self.cutoff}
        counts, out = self._counts(period), []
        for key, dated in CHANGES.items():
            if counts[key]:
                url = engine.rows_url(key, date=dated, **period)
                out.append(Line(str(registry.find(key).label), "", words.number(counts[key]), url))
        return out + self._papers(first)

    def _counts(self, period: dict[str, Any]) -> dict[str, int]:
        """How many of each change."""
        counts = changes.counts(user=self.user, **period)
        for key in CHANGES.keys() - counts.keys():
            counts[key] = engine.answer(key, user=self.user, date=CHANGES[key], **period).total.n
        return counts

    def _papers(self, first) -> list[Line]:
        since = datetime.combine(first, datetime.min.time(), tzinfo=self.zone)
        out = []
        for paper in (
            Paper.objects.filter(proposed_at__gte=since).select_related("proposed_by").order_by("-proposed_at")[:ROWS]
        ):
            text = _("%(paper)s proposed") % {"paper": papers.get(paper.kind).title(paper)}
            out.append(
                Line(
                    text,
                    paper.proposed_by.name if paper.proposed_by else "",
                    self._when(paper.proposed_at),
                    self._page(paper),
                )
            )
        signed = Signature.objects.filter(signed_at__gte=since).select_related("paper", "signer").order_by("-signed_at")
        for one in signed[:ROWS]:
            text = _("%(paper)s signed") % {"paper": papers.get(one.paper.kind).title(one.paper)}
            out.append(Line(text, one.signer.name, self._when(one.signed_at), self._page(one.paper), one.side))
        return out

    def _when(self, at: datetime) -> str:
        return date_format(at.astimezone(self.zone), pgettext("date", "D H:i"))

    def _page(self, paper: Paper) -> str:
        kind = papers.get(paper.kind)
        return (kind.page(paper) if kind.page else "") or reverse("agreements:paper", args=[paper.pk])

    # --- who owes what

    def owing(self) -> list[Line]:
        """Signatures that are waited for, reps with what they owe, the pool, and personas to be read again."""
        open_ = self.states.open()
        by_rep = (
            open_.filter(rep__isnull=False).values("rep", "rep__name")
            .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=self.at)), due=Min("due_at", filter=Q(due_at__gte=self.at)))
            .order_by("-late", "-n", "rep__name")
        )  # fmt: skip
        out = [self._rep(row) for row in by_rep[:ROWS]]
        if pooled := open_.filter(rep__isnull=True).count():
            out.append(
                Line(
                    _("In the pool"),
                    _("whoever takes one first"),
                    words.number(pooled),
                    address("leads:queue") if may(self.user, "queue.view") else "",
                    "sales",
                )
            )
        return self._signatures() + out + self._reviews()

    def _reviews(self) -> list[Line]:
        """Personas that somebody is to read again, for those who may write the next version."""
        if not may(self.user, "personas.edit"):
            return []
        out = []
        for one in persona_care.due(self.today, persona_care.SOON):
            late = one.review_on < self.today
            text = _("Read the persona %(name)s again") % {"name": one.name}
            day = date_format(one.review_on, "SHORT_DATE_FORMAT")
            out.append(
                Line(text, _("is it still true?"), day, reverse("personas:persona", args=[one.pk]), "marketing", late)
            )
        return out

    def _rep(self, row: dict) -> Line:
        late = (
            ngettext("%(n)s late", "%(n)s late", row["late"]) % {"n": words.number(row["late"])} if row["late"] else ""
        )
        following = _("next %(when)s") % {"when": self.teller.day_and_time(row["due"])} if row["due"] else ""
        url = f"{reverse('leads:queue')}?rep={row['rep']}" if self.user.role == Role.MANAGER else (
            reverse("leads:queue") if row["rep"] == self.user.pk else reverse("leads:list")
        )  # fmt: skip
        owed = ngettext("%(n)s open", "%(n)s open", row["n"]) % {"n": words.number(row["n"])}
        return Line(row["rep__name"], following, owed, url, "sales", warn=late)

    def _signatures(self) -> list[Line]:
        out = []
        newest: dict[tuple[str, str], Paper] = {}
        for paper in Paper.objects.prefetch_related("signatures").order_by("number"):
            newest[paper.kind, paper.line] = paper
        for paper in newest.values():
            signed = {one.side for one in paper.signatures.all()}
            for side in Side.values:
                if side not in signed:
                    text = _("%(paper)s to sign") % {"paper": papers.get(paper.kind).title(paper)}
                    out.append(
                        Line(
                            text,
                            _("since %(when)s") % {"when": self._when(paper.proposed_at)},
                            "",
                            self._page(paper),
                            side,
                        )
                    )
        return out[:ROWS]

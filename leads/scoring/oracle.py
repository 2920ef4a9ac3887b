"""The scorer in plain Python, from raw facts at any instant: slow, and the measure of the SQL.

Nothing here shares code with the compiler: values by the law of the latest, events by `criteria.behaviours.matches`,
points by `criteria.evaluate`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from leads.intake.bulk import among
from leads.models import (
    Attempt,
    AttributeChange,
    Campaign,
    CompanyDay,
    Correction,
    EngagementReset,
    Event,
    EventPayload,
    Join,
    Lead,
    Merge,
)
from personas.criteria.behaviours import ATTEMPT, lasts, matches
from personas.criteria.evaluate import Judgement, Moment, judge
from personas.criteria.fields import Catalogue
from personas.definitions import queries
from personas.definitions.catalogue import catalogue as read_catalogue

from . import company_days
from .days import Days, here


@dataclass(frozen=True)
class Deed:
    """An event, or an attempt, with its local day and its lead; `seen` as `criteria.behaviours.matches` reads it."""

    day: date
    lead: int
    fact: Event | Attempt
    seen: Mapping[str, Any]
    campaign: Campaign | None = None

    @property
    def key(self) -> tuple[str, int]:
        """(kind of fact, id), as corrections name it."""
        return self.fact._meta.model_name, self.fact.pk

    def matches(self, filter_: Mapping[str, Any]) -> bool:
        named = isinstance(filter_.get("campaign"), str) and filter_["campaign"]
        campaign = self.campaign if named else None
        return matches(filter_, {**self.seen, "campaign": campaign.key} if campaign else self.seen)


class LeadFacts:
    """What is known of a lead at t (`criteria.evaluate.Facts`)."""

    def __init__(
        self,
        lead_id: int,
        t: datetime,
        days: Days | None = None,
        personas: Iterable[int] = (),
        also: Iterable[int] = (),
        corrected_by: datetime | None = None,
        members: Mapping[int, int] | None = None,
        said: Callable[[str], dict[str, Any]] | None = None,
    ):
        """`also`: leads that are taken for merged into it, with all that is merged into them. `corrected_by`: what was taken
        back by this later instant is left out too. `members`, and `said`, the values of "lead" and of "company": where they
        were read already."""
        self._said = said
        if members is not None:
            self.members = dict(members)
        self.lead_id, self.t, self.days, self.personas = lead_id, t, days or here(), frozenset(personas)
        self._also, self._corrected_by = tuple(also), corrected_by or t
        self._asked: dict[str, list[Deed]] = {}  # what counts of a behaviour, by its filter

    @property
    def today(self) -> date:
        """The local day of t."""
        return self.days.of(self.t)

    def value(self, field: str) -> Any:
        subject, _, name = field.partition(".")
        if field == "lead.created":
            return self.days.of(self._lead.created_at)
        if subject == "lead":
            return self._values.get(name, False if name == "opted_out" else None)
        if field in company_days.COLUMNS:
            return self._sums.get(company_days.COLUMNS[field])
        return self._company.get(name)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        return [(day, 1) for day, _lead in self.done(filter_)]

    def done(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        """(day, lead that did it) of each event of a behaviour: the lead itself, or one merged into it."""
        return [(one.day, one.lead) for one in self.deeds(filter_)]

    def deeds(self, filter_: Mapping[str, Any]) -> list["Deed"]:
        """The events, or attempts, of a behaviour that count."""
        lasting, kept = lasts(filter_), repr(filter_)
        if kept not in self._asked:
            found = [*self._events, *(self._attempts if lasting else ())]
            self._asked[kept] = [one for one in found if one.matches(filter_) and (lasting or self._counts(one))]
        return list(self._asked[kept])

    def _counts(self, one: "Deed") -> bool:
        return self._reset_day is None or one.day > self._reset_day

    def taken_back(self, filter_: Mapping[str, Any] | None = None) -> list["Deed"]:
        """The events and attempts (of a behaviour) that were known, and taken back by t."""
        tried = self._attempts_gone if filter_ is None or lasts(filter_) else ()
        return [one for one in [*self._gone, *tried] if filter_ is None or one.matches(filter_)]

    @property
    def cycle(self) -> int:
        """How often the lead itself has been recycled."""
        return len(self.own_resets)

    @property
    def own_resets(self) -> list[EngagementReset]:
        """Those that began a cycle: not those of leads merged into it."""
        return [one for one in self._resets if one.lead_id == self.lead_id]

    @property
    def counts_today(self) -> bool:
        """Whether what is done today counts: not on the day of an engagement reset."""
        return self._reset_day is None or self.today > self._reset_day

    @cached_property
    def members(self) -> dict[int, int]:
        """Lead -> steps: itself, and the leads merged into it by merges known at t and not taken back by then."""
        found, fresh, step = {self.lead_id: 0}, [self.lead_id], 0
        while fresh:
            losers = [one.loser_id for one in self._known(Merge, root_id__in=fresh)]
            losers += self._also if step == 0 else ()
            step += 1
            fresh = [one for one in losers if one not in found]
            found |= dict.fromkeys(fresh, step)
        return found

    @cached_property
    def _lead(self) -> Lead:
        return Lead.objects.get(pk=self.lead_id)

    @cached_property
    def _values(self) -> dict[str, Any]:
        if self._said:
            return self._said("lead")
        found: dict[str, Any] = {}
        for step in sorted(set(self.members.values())):
            near = [lead for lead, steps in self.members.items() if steps == step]
            said = self._latest("lead", near)
            found = {name: value for name, value in said.items() if step == 0 or name != "opted_out"} | found
        return found

    @cached_property
    def _company(self) -> dict[str, Any]:
        if self._said:
            return self._said("company")
        company = self._values.get("company")
        return self._latest("company", [int(company)]) if company else {}

    @cached_property
    def _sums(self) -> Mapping[str, Any]:
        """What the people of its company come to since the midnight before t (derived; its own oracle is in the tests)."""
        company, today = self._values.get("company"), self.days.of(self.t)
        rows = CompanyDay.objects.filter(company=int(company), day__lte=today) if company else CompanyDay.objects.none()
        found = rows.order_by("-day").values("people", "active", "acts", "mqls").first()
        return found if found and found["people"] > 0 else {}

    def _known(self, model, **which):
        """Facts known and occurred by t, not taken back by then."""
        return self._ever(model, **which).exclude(Exists(self._back(model)))

    def _ever(self, model, **which):
        return model.objects.filter(known_at__lte=self.t, occurred_at__lte=self.t, **which)

    def _back(self, model):
        subject = model._meta.model_name
        return Correction.objects.filter(subject=subject, subject_id=OuterRef("pk"), known_at__lte=self._corrected_by)

    def _latest(self, subject: str, ids: Iterable[int]) -> dict[str, Any]:
        found: dict[str, tuple[list, Any]] = {}
        changes = self._known(AttributeChange, subject=subject, subject_id__in=ids)
        rows = changes.values_list("field", Cast("value", TextField()), "occurred_at", "recorded_at", "pk")
        for field, text, *rank in rows:
            if field not in found or rank > found[field][0]:
                found[field] = (rank, exact(text))
        return {name: value for name, (_rank, value) in found.items()}

    @cached_property
    def _resets(self) -> list[EngagementReset]:
        return list(self._known(EngagementReset, lead_id__in=self.members))

    @cached_property
    def _reset_day(self) -> date | None:
        return max((self.days.of(one.occurred_at) for one in self._resets), default=None)

    @property
    def _events(self) -> list["Deed"]:
        return self._acts[False]

    @property
    def _gone(self) -> list["Deed"]:
        return self._acts[True]

    @cached_property
    def _acts(self) -> dict[bool, list["Deed"]]:
        """Whether they were taken back -> the events."""
        return self._parted(self._read(self._marked(Event)))

    def _marked(self, model):
        """Facts known and occurred by t, `gone` where they were taken back."""
        return self._ever(model).annotate(gone=Exists(self._back(model)))

    @staticmethod
    def _parted(found: list["Deed"]) -> dict[bool, list["Deed"]]:
        return {gone: [one for one in found if vars(one.fact)["gone"] is gone] for gone in (False, True)}

    def _read(self, events) -> list["Deed"]:
        visitors = self._visitors
        mine = Q(lead_id__in=self.members) | Q(lead=None, visitor__in=visitors)
        rows = list(events.filter(mine))
        campaigns = Campaign.objects.in_bulk({row.campaign_id for row in rows} - {None})
        payloads = EventPayload.objects.filter(among("event_id", [row.pk for row in rows]))
        props = {pk: exact(text) for pk, text in payloads.values_list("pk", Cast("properties", TextField()))}
        return [
            Deed(
                self.days.of(row.occurred_at), row.lead_id or visitors[row.visitor_id], row,
                {
                    "kind": row.kind, "name": row.name, "page": row.page, "form": row.form,
                    "campaign": row.campaign_id, "props": props.get(row.pk) or {},
                },
                campaigns.get(row.campaign_id),
            )
            for row in rows
        ]  # fmt: skip

    @property
    def _attempts(self) -> list["Deed"]:
        return self._calls[False]

    @property
    def _attempts_gone(self) -> list["Deed"]:
        return self._calls[True]

    @cached_property
    def _calls(self) -> dict[bool, list["Deed"]]:
        """Whether they were taken back -> what sales tried."""
        return self._parted(self._tried(self._marked(Attempt)))

    def _tried(self, attempts) -> list["Deed"]:
        rows = attempts.filter(lead_id__in=self.members, lead__erased=False).exclude(outcome="replied")
        said = {"kind": ATTEMPT, "campaign": None}
        return [
            Deed(
                self.days.of(row.occurred_at), row.lead_id, row, said | {"channel": row.channel, "outcome": row.outcome}
            )
            for row in rows
        ]

    @cached_property
    def _visitors(self) -> dict[int, int]:
        """Visitor -> the lead that it was first joined to, of those that were this lead by t."""
        first: dict[int, Join] = {}
        mine = Join.objects.filter(lead_id__in=self.members).values("visitor")
        for one in Join.objects.filter(visitor__in=mine).order_by("pk"):
            first.setdefault(one.visitor_id, one)
        return {
            visitor: one.lead_id
            for visitor, one in first.items()
            if one.lead_id in self.members and one.known_at <= self.t
        }


def exact(text: str | None) -> Any:
    """The value that a column of JSON holds, from its text: numbers as they were written."""
    return None if text is None else json.loads(text, parse_float=Decimal)


def score(
    lead_id: int,
    body: Mapping[str, Any],
    t: datetime,
    *,
    catalogue: Catalogue | None = None,
    after_no: bool = False,
    facts: LeadFacts | None = None,
    today: date | None = None,
    pinned: Mapping[int, Mapping[str, Any] | None] | None = None,
) -> Judgement:
    """The judgement of a lead under a definition's body at t, from raw facts (`facts` and the rules of the persona versions that
    the body names, `pinned`, where they were read already); with `today` as these facts look on another day."""
    catalogue = catalogue or read_catalogue()
    facts = facts or LeadFacts(lead_id, t)
    today = today or facts.days.of(t)
    moment = Moment(facts, today, catalogue)
    pinned = queries.pinned(body) if pinned is None else pinned
    facts.personas = frozenset(pk for pk, rules in pinned.items() if rules and moment.holds(rules))
    return judge(body, facts, today, catalogue=catalogue, after_no=after_no)

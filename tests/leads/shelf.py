"""A small world's facts read once, and leads as known at any instant told from these rows: what `oracle.LeadFacts` reads anew
for each lead and instant, for proofs that ask at every moment there is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

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
from leads.scoring import days, oracle
from personas.criteria.behaviours import ATTEMPT
from personas.definitions import queries
from personas.definitions.catalogue import catalogue


class Shelf:
    """Every fact there is now, and when it was taken back."""

    def __init__(self) -> None:
        self.days = days.here()
        self.leads = Lead.objects.in_bulk()
        self.campaigns = Campaign.objects.in_bulk()
        texts = EventPayload.objects.values_list("pk", Cast("properties", TextField()))
        self.properties = {pk: oracle.exact(text) for pk, text in texts}
        self.rows = {
            model: list(model.objects.order_by("pk")) for model in (Attempt, EngagementReset, Event, Join, Merge)
        }
        self.rows[AttributeChange] = list(AttributeChange.objects.annotate(text=Cast("value", TextField())))
        self.sums = list(CompanyDay.objects.order_by("-day").values())
        self._taken_back: dict[tuple[str, int], datetime] = {}
        self._corrected: set[datetime] = set()
        for one in Correction.objects.order_by("-known_at"):
            self._taken_back[one.subject, one.subject_id] = one.known_at
            self._corrected.add(max(one.known_at, one.occurred_at))
        self._catalogue = catalogue()

    def ever(self, model, t: datetime) -> list:
        """Rows known and occurred by t."""
        return [row for row in self.rows[model] if row.known_at <= t and row.occurred_at <= t]

    def gone(self, row, t: datetime) -> bool:
        """Whether it was taken back by t."""
        at = self._taken_back.get((row._meta.model_name, row.pk))
        return at is not None and at <= t

    def learned(self) -> set[datetime]:
        """Every instant at which some fact counted for the first time, or was taken back."""
        found = {max(row.known_at, row.occurred_at) for rows in self.rows.values() for row in rows}
        return found | self._corrected

    def says(
        self, body: Mapping[str, Any], leads: Iterable[int], moments: Iterable[datetime]
    ) -> dict[int, list[tuple]]:
        """Lead -> (cycle, moment, grade, whether by the direct path) of each cycle's first yes, asked at these moments, in order."""
        pinned, found = queries.pinned(body), {}
        for lead in leads:
            firsts: dict[int, tuple] = {}
            begun: set[datetime] = set()
            for number, at in enumerate(moments):
                known = Told(self, lead, at)
                resets = {max(one.known_at, one.occurred_at) for one in known.own_resets}
                after_no = number > 0 and not resets - begun
                begun |= resets
                one = oracle.score(
                    lead, body, at, catalogue=self._catalogue, pinned=pinned, facts=known, after_no=after_no
                )
                if one.qualifies:
                    firsts.setdefault(known.cycle, (known.cycle, at, one.grade, one.direct))
            found[lead] = [firsts[cycle] for cycle in sorted(firsts)]
        return found


class Told(oracle.LeadFacts):
    """A lead as known at t, from a shelf."""

    def __init__(self, shelf: Shelf, lead_id: int, t: datetime):
        super().__init__(lead_id, t, shelf.days)
        self._shelf = shelf

    def _standing(self, model) -> list:
        return [row for row in self._shelf.ever(model, self.t) if not self._shelf.gone(row, self.t)]

    @cached_property
    def members(self) -> dict[int, int]:
        found, fresh, step = {self.lead_id: 0}, {self.lead_id}, 0
        while fresh:
            step += 1
            fresh = {one.loser_id for one in self._standing(Merge) if one.root_id in fresh} - set(found)
            found |= dict.fromkeys(fresh, step)
        return found

    @cached_property
    def _lead(self) -> Lead:
        return self._shelf.leads[self.lead_id]

    def _latest(self, subject: str, ids: Iterable[int]) -> dict[str, Any]:
        which = set(ids)
        mine = [one for one in self._standing(AttributeChange) if one.subject == subject and one.subject_id in which]
        mine.sort(key=lambda one: (one.occurred_at, one.recorded_at, one.pk))
        return {one.field: oracle.exact(one.text) for one in mine}

    @cached_property
    def _sums(self) -> Mapping[str, Any]:
        company = self._values.get("company")
        rows = [one for one in self._shelf.sums if one["company_id"] == company and one["day"] <= self.today]
        return rows[0] if company and rows and rows[0]["people"] > 0 else {}

    @cached_property
    def _resets(self) -> list[EngagementReset]:
        return [one for one in self._standing(EngagementReset) if one.lead_id in self.members]

    def _split(self, deeds: Iterable[oracle.Deed]) -> dict[bool, list[oracle.Deed]]:
        found: dict[bool, list[oracle.Deed]] = {False: [], True: []}
        for one in deeds:
            found[self._shelf.gone(one.fact, self.t)].append(one)
        return found

    @cached_property
    def _acts(self) -> dict[bool, list[oracle.Deed]]:
        return self._split(self._deed(row) for row in self._shelf.ever(Event, self.t) if self._whose(row) is not None)

    def _whose(self, event: Event) -> int | None:
        if event.lead_id is None:
            return self._visitors.get(event.visitor_id)
        return event.lead_id if event.lead_id in self.members else None

    def _deed(self, row: Event) -> oracle.Deed:
        seen = {
            "kind": row.kind, "name": row.name, "page": row.page, "form": row.form, "campaign": row.campaign_id,
            "props": self._shelf.properties.get(row.pk) or {},
        }  # fmt: skip
        campaign = self._shelf.campaigns.get(row.campaign_id)
        return oracle.Deed(self.days.of(row.occurred_at), self._whose(row), row, seen, campaign)

    @cached_property
    def _calls(self) -> dict[bool, list[oracle.Deed]]:
        mine = [
            row
            for row in self._shelf.ever(Attempt, self.t)
            if row.lead_id in self.members and not self._shelf.leads[row.lead_id].erased and row.outcome != "replied"
        ]
        return self._split(
            oracle.Deed(
                self.days.of(row.occurred_at), row.lead_id, row,
                {"kind": ATTEMPT, "campaign": None, "channel": row.channel, "outcome": row.outcome},
            )
            for row in mine
        )  # fmt: skip

    @cached_property
    def _visitors(self) -> dict[int, int]:
        first: dict[int, Join] = {}
        for one in self._shelf.rows[Join]:
            first.setdefault(one.visitor_id, one)
        return {
            visitor: one.lead_id
            for visitor, one in first.items()
            if one.lead_id in self.members and one.known_at <= self.t
        }

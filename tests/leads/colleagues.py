"""What a company's people come to, in plain Python from the facts of every lead there is: the measure of the nightly sums."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from leads.models import Handoff, Lead, Merge
from leads.scoring import company_days, days, oracle

NAMES = ("people", "active", "acts", "mqls")


class Recorded(oracle.LeadFacts):
    """A lead by what was recorded by t, a local midnight."""

    def _known(self, model, **which):
        found = super()._known(model, **which)
        return found.filter(recorded_at__lte=self.t)

    @cached_property
    def company(self) -> int | None:
        """Under which company it is counted; none while it is merged into another lead."""
        merged = self._known(Merge, loser=self.lead_id).exists()
        return None if merged else self._values.get("company")

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """What it adds to its company's sums."""
        age = [(self.today - deed.day).days for deed in self._events if deed.seen["kind"] in company_days.KINDS]
        acts = sum(0 <= days_ago <= company_days.WINDOW for days_ago in age)
        return 1, int(acts > 0), acts, int(self._known(Handoff, lead_id__in=self.members).exists())


class Colleagues:
    """Sums of companies at midnights; each lead is read once at each of them."""

    def __init__(self) -> None:
        self._here, self._people, self._sums = days.here(), {}, {}

    def of(self, company: int, midnight: datetime) -> tuple[int, ...]:
        """People, active ones, acts, MQLs of a company, as recorded by a local midnight."""
        if (company, midnight) not in self._sums:
            mine = [one.counts for one in self._at(midnight) if one.company == company]
            self._sums[company, midnight] = tuple(map(sum, zip((0, 0, 0, 0), *mine, strict=True)))
        return self._sums[company, midnight]

    def told(self) -> set[str]:
        """Fields of criteria that two or more people, or acts, made."""
        return {
            key
            for key, name in company_days.COLUMNS.items()
            if any(s[NAMES.index(name)] > 1 for s in self._sums.values())
        }

    def _at(self, midnight: datetime) -> list[Recorded]:
        if midnight not in self._people:
            there = Lead.objects.filter(recorded_at__lte=midnight, created_at__lte=midnight, erased=False)
            self._people[midnight] = [Recorded(pk, midnight, self._here) for pk in there.values_list("pk", flat=True)]
        return self._people[midnight]


class Plain(oracle.LeadFacts):
    """What is known of a lead at t, the sums of its company counted here, too."""

    def __init__(self, lead_id: int, t: datetime, colleagues: Colleagues):
        super().__init__(lead_id, t)
        self._colleagues = colleagues

    @cached_property
    def _sums(self) -> Mapping[str, int]:
        company = self._values.get("company")
        found = self._colleagues.of(int(company), self.days.midnight(self.today)) if company else (0,)
        return dict(zip(NAMES, found, strict=True)) if found[0] else {}

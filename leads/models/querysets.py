"""How leads, companies and campaigns are read: who may see them, what is asked of them. Adjectives, chainable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from smarketing.accounts.policy import REP, may

from . import search
from .found import Found

BY_NAME = "leads_plain(leads_lead.last_name || ' ' || leads_lead.first_name)"
# The place of a lead's stage in the funnel, as the index lead_by_stage holds it.
BY_STAGE = (
    "array_position(ARRAY['subscriber', 'lead', 'mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled',"
    " 'disqualified']::varchar[], leads_lead.stage)"
)
EACH = 5_000  # leads of which each may be asked whether it holds some words
FEW = 200  # leads that may as well be dressed before they are sorted
NO_SOURCE = "~"  # asks for leads whose source is not known


class LeadQuerySet(QuerySet):
    def visible_to(self, user) -> "LeadQuerySet":
        """A rep sees the leads of their own handoffs and deals and of their pools; everybody else who may look sees all."""
        if not may(user, "leads.view"):
            return self.none()
        if user.role != REP:
            return self
        from .derived import HandoffState
        from .identities import Deal

        deals = Deal.objects.filter(rep=user, lead__isnull=False).order_by().values("lead")
        return self.filter(_key_in(*HandoffState.objects.leads_seen_by(user), deals))

    def living(self) -> "LeadQuerySet":
        """Those that were not merged into another lead and not erased."""
        return self.filter(root_id=None, erased=False)

    def searched(self, text: str, *, personal: bool = True, few: bool = False) -> "LeadQuerySet":
        """Those whose name, e-mail or company holds every word; without personal values only companies are asked.

        `few`: the rows at hand are few, so that each is asked and no index of all.
        """
        return self.found_by(text, personal=personal, few=few).rows

    def found_by(self, text: str, *, personal: bool = True, few: bool = False, alone: bool = False) -> Found:
        """The same, and what helps where they are very many. `alone`: the rows at hand are all that live."""
        if not text.strip():
            return Found(self, in_order=not few and not alone)
        said = search.asked(text)
        if said is None:
            return Found(self.none())
        found = self._that_hold(said, personal, few, alone)
        if said.has_short and found.is_empty:
            return self._that_hold(said.begun, personal, few, alone)
        return found

    def _that_hold(self, said: search.Asked, personal: bool, few: bool, alone: bool) -> Found:
        """Those that hold every word: a list of them while they are not too many, else lead by lead."""
        from .derived import LeadWords

        words = said.everywhere if personal else said.of_firm
        each = self.filter(search.holding(words))
        if few:
            return Found(each)
        ids = search.leads(words, search.MOST + 1)
        if len(ids) > search.MOST and not alone and self.order_by()[: EACH + 1].count() <= EACH:
            return Found(each)
        listed = self.filter(pk__in=_listed(ids))
        if len(ids) > search.MOST:
            by_words = LeadWords.objects.filter(search.said_by_words(words)) if alone else None
            return Found(each, listed, self.filter(search.among(words)), True, by_words)
        if len(ids) > FEW:
            by_words = LeadWords.objects.filter(pk__in=_listed(ids)) if alone else None
            return Found(listed, by_words=by_words)
        return Found(listed)

    def written_nearly(self, text: str, *, few: bool = False, alone: bool = False) -> Found:
        """Those whose name, e-mail or company is written nearly like the text."""
        for said in search.nearly(text):
            found = self._that_hold(said, True, few, alone)
            if not found.is_empty:
                return found
        return Found(self.none())

    def named_from(self, text: str) -> "LeadQuerySet":
        """Those whose last name begins with the text."""
        return self.filter(RawSQL(f"{BY_NAME} LIKE leads_plain(%s)", [search.like(text)], output_field=BooleanField()))

    def made(self, first: datetime | None, until: datetime | None) -> "LeadQuerySet":
        """Those created at or after `first` and before `until`."""
        found = self if first is None else self.filter(created_at__gte=first)
        return found if until is None else found.filter(created_at__lt=until)

    def from_source(self, source: str) -> "LeadQuerySet":
        return self.filter(source="" if source == NO_SOURCE else source)

    def saying(self, own: Mapping[str, Any]) -> "LeadQuerySet":
        """Those of whom these own attributes are known: a list of them while they are not too many, else lead by lead."""
        ids = search.saying(own, search.MOST + 1)
        return self.filter(pk__in=_listed(ids)) if len(ids) <= search.MOST else self.filter(search.that_say(own))

    def graded(self, grades: Sequence[str]) -> "LeadQuerySet":
        """Those whose live grade on any definition is one of these cells: a list while they are not too many."""
        from .derived import Score

        live = Score.objects.filter(track="live", grade__in=list(grades)).order_by()
        ids = list(live.values_list("lead", flat=True)[: search.MOST + 1])
        if len(ids) <= search.MOST:
            return self.filter(pk__in=_listed(ids))
        return self.filter(Exists(live.filter(lead=OuterRef("pk"))))

    def in_charge_of(self, rep) -> "LeadQuerySet":
        """Those of whose handoffs one is open and the rep's."""
        from .derived import HandoffState

        return self.filter(_key_in(HandoffState.objects.filter(rep=rep, is_open=True).order_by().values("lead")))

    def with_grade_and_rep(self) -> "LeadQuerySet":
        """`grade` on the first definition, None when not judged yet; `rep_name` of whoever is in charge now."""
        from .derived import HandoffState, Score

        scores = Score.objects.filter(lead=OuterRef("pk"), track="live").order_by("line")
        reps = HandoffState.objects.filter(lead=OuterRef("pk"), is_open=True).order_by("line")
        return self.annotate(
            grade=Subquery(scores.values("grade")[:1]), rep_name=Subquery(reps.values(name=F("rep__name"))[:1])
        )

    def by_name(self) -> "LeadQuerySet":
        """`plain_name`: last name, then first name, without case and accents; an index holds it."""
        return self.annotate(plain_name=RawSQL(BY_NAME, [], output_field=TextField()))

    def at_stage(self, stage: str) -> "LeadQuerySet":
        """Those at a stage, found by the index of their order by stage."""
        from .identities import Stage

        here = RawSQL(f"{BY_STAGE} = %s", [Stage.values.index(stage) + 1], output_field=BooleanField())
        return self.filter(here)

    def by_stage(self) -> "LeadQuerySet":
        """`stage_place`: where the stage stands in the funnel; an index holds it."""
        return self.annotate(stage_place=RawSQL(BY_STAGE, [], output_field=IntegerField()))


def _key_in(*arms: QuerySet) -> Func:
    """The condition that a row's key is in one of these; they are read first, and nothing else is asked of other rows."""
    arrays = Func(*map(ArraySubquery, arms), template="(%(expressions)s)", arg_joiner=" || ")
    return Func(F("pk"), arrays, template="(%(expressions)s)", arg_joiner=" = ANY ", output_field=BooleanField())


def _listed(ids: Sequence[int]) -> RawSQL:
    """Many ids as one value, quick to write and to read."""
    return RawSQL("(SELECT unnest(%s::bigint[]))", [f"{{{','.join(map(str, ids))}}}"])


def _not_taken_back(rows: QuerySet, subject: str) -> Any:
    from .facts import Correction

    return rows.exclude(Exists(Correction.objects.filter(subject=subject, subject_id=OuterRef("pk"))))


class CompanyQuerySet(QuerySet):
    def visible_to(self, user) -> "CompanyQuerySet":
        """Those that stand, for whoever may see leads."""
        return self.standing() if may(user, "leads.view") else self.none()

    def standing(self) -> "CompanyQuerySet":
        """Those that were not taken back, by hand or with their import."""
        return _not_taken_back(self, "company")

    def living(self) -> "CompanyQuerySet":
        """Those that stand for themselves: not merged into another one."""
        return self.filter(root_id=None)

    def searched(self, text: str, some: int = 0) -> "CompanyQuerySet":
        """Those whose name or domain holds every word; `some`: no more than so many of them are wanted."""
        if not text.strip():
            return self
        said = search.asked(text)
        if said is None:
            return self.none()
        found = self._listed_or_asked(said.of_firm, some)
        if said.has_short and not found.exists():
            return self._listed_or_asked(said.begun.of_firm, some)
        return found

    def written_nearly(self, text: str) -> "CompanyQuerySet":
        """Those whose name or domain is written nearly like the text."""
        for said in search.nearly(text):
            if search.firms(said.of_firm, 1):
                return self._listed_or_asked(said.of_firm)
        return self.none()

    def _listed_or_asked(self, words: str, some: int = 0) -> "CompanyQuerySet":
        ids = search.firms(words, some or search.MOST + 1)
        listed = some or len(ids) <= search.MOST
        return self.filter(pk__in=_listed(ids)) if listed else self.filter(search.FirmHolding(words))


class CampaignQuerySet(QuerySet):
    def visible_to(self, user) -> "CampaignQuerySet":
        """Those that stand, for whoever may see campaigns."""
        return self.standing() if may(user, "campaigns.view") else self.none()

    def standing(self) -> "CampaignQuerySet":
        """Those that were not taken back, by hand or with their import."""
        return _not_taken_back(self, "campaign")

    def with_sums(self) -> "CampaignQuerySet":
        """`cost`: what was spent and not taken back, None for nothing; `people`: leads that name the campaign."""
        from .facts import Spend
        from .identities import Lead

        spends = Spend.objects.filter(campaign=OuterRef("pk")).standing().order_by().values("campaign")
        leads = Lead.objects.filter(campaign=OuterRef("pk")).living().order_by().values("campaign")
        return self.annotate(
            cost=Subquery(spends.annotate(sum=Sum("amount")).values("sum")),
            people=Coalesce(Subquery(leads.annotate(n=Count("*")).values("n")), 0),
        )


class TakenBackQuerySet(QuerySet):
    """Facts that corrections name by the name of their model."""

    def standing(self) -> Self:
        """Those that were not taken back."""
        return _not_taken_back(self, str(self.model._meta.model_name))

    def with_correction(self) -> Self:
        """`back_at`, `back_by`, `back_reason` of those that were taken back."""
        from .facts import Correction

        rows = Correction.objects.filter(subject=self.model._meta.model_name, subject_id=OuterRef("pk"))
        return self.annotate(
            back_at=Subquery(rows.values("occurred_at")), back_by=Subquery(rows.values("by__name")), back_reason=Subquery(rows.values("reason")),
        )  # fmt: skip

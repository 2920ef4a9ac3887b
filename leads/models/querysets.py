"""How leads, companies and campaigns are read: who may see them, what is asked of them. Adjectives, chainable."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.expressions import RawSQL

from smarketing.accounts.policy import REP, may

NO_SOURCE = "~"  # asks for leads whose source is not known
_NAMES = "leads_plain(first_name || ' ' || last_name || ' ' || email)"
_FIRMS = "leads_plain(name || ' ' || domain)"
_OF_FIRMS = (
    f"SELECT id FROM leads_lead WHERE company_id IN (SELECT id FROM leads_company WHERE {_FIRMS} LIKE leads_plain(%s))"
)
_OF_NAMES = f"SELECT id FROM leads_lead WHERE {_NAMES} LIKE leads_plain(%s)"
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
MAX_WORDS = 6


def like(word: str) -> str:
    """A LIKE pattern that finds `word` anywhere."""
    return f"%{word.translate(_ESCAPES)}%"


def words_of(text: str) -> list[str]:
    """The words of a search, without the characters that no text holds."""
    return text.replace("\x00", "").split()[:MAX_WORDS]


class LeadQuerySet(QuerySet):
    def visible_to(self, user) -> "LeadQuerySet":
        """A rep sees the leads of their own handoffs and deals and of their pools; everybody else who may look sees all."""
        if not may(user, "leads.view"):
            return self.none()
        if user.role != REP:
            return self
        from .derived import HandoffState
        from .identities import Deal

        pools = Q(pool=None) | Q(pool__members__rep=user)
        handoffs = HandoffState.objects.filter(Q(rep=user) | Q(state=HandoffState.State.POOLED) & pools)
        deals = Deal.objects.filter(rep=user)
        return self.filter(Q(pk__in=handoffs.values("lead")) | Q(pk__in=deals.values("lead")))

    def living(self) -> "LeadQuerySet":
        """Those that were not merged into another lead and not erased."""
        return self.filter(root_id=None, erased=False)

    def searched(self, text: str, *, personal: bool = True) -> "LeadQuerySet":
        """Those whose name, e-mail or company holds every word; without personal values only companies are asked."""
        found = self
        for word in words_of(text):
            sql, params = (
                (f"{_OF_NAMES} UNION {_OF_FIRMS}", [like(word)] * 2) if personal else (_OF_FIRMS, [like(word)])
            )
            found = found.filter(pk__in=RawSQL(f"({sql})", params))
        return found

    def made(self, first: datetime | None, until: datetime | None) -> "LeadQuerySet":
        """Those created at or after `first` and before `until`."""
        found = self if first is None else self.filter(created_at__gte=first)
        return found if until is None else found.filter(created_at__lt=until)

    def from_source(self, source: str) -> "LeadQuerySet":
        return self.filter(source="" if source == NO_SOURCE else source)

    def graded(self, grades: Sequence[str]) -> "LeadQuerySet":
        """Those whose live grade on any definition is one of these cells."""
        from .derived import Score

        return self.filter(Exists(Score.objects.filter(lead=OuterRef("pk"), track="live", grade__in=list(grades))))

    def in_charge_of(self, rep) -> "LeadQuerySet":
        """Those of whose handoffs one is open and the rep's."""
        from .derived import HandoffState

        return self.filter(pk__in=HandoffState.objects.filter(rep=rep, is_open=True).values("lead"))

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
        name = "leads_plain(leads_lead.last_name || ' ' || leads_lead.first_name)"
        return self.annotate(plain_name=RawSQL(name, [], output_field=TextField()))


class CompanyQuerySet(QuerySet):
    def visible_to(self, user) -> "CompanyQuerySet":
        return self if may(user, "leads.view") else self.none()

    def searched(self, text: str) -> "CompanyQuerySet":
        """Those whose name or domain holds every word."""
        found = self
        for word in words_of(text):
            sql = f"(SELECT id FROM leads_company WHERE {_FIRMS} LIKE leads_plain(%s))"
            found = found.filter(pk__in=RawSQL(sql, [like(word)]))
        return found


class CampaignQuerySet(QuerySet):
    def visible_to(self, user) -> "CampaignQuerySet":
        return self if may(user, "campaigns.view") else self.none()

"""Filters of the lists of companies, deals, campaigns, imports and pairs that may be one person."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from leads.handoffs.steps import STEPS
from leads.intake.importing import targets
from leads.models import Campaign, Company, Deal, Import, Lead
from leads.twins import firms_likely, likely
from smarketing.accounts.models import User
from smarketing.accounts.policy import REP
from smarketing.rows import clock
from smarketing.web import filters
from smarketing.web.filters import Filters, choice, since_of, until_of

FEW = 50  # merged companies of a name
RUNNING, ENDED, COMING = "running", "ended", "coming"


def _named(rows: QuerySet, text: str) -> QuerySet:
    """Companies that hold the words, and those for which a merged one stands that does."""
    merged = Company.objects.exclude(root_id=None).searched(text).values_list("root_id", flat=True)[:FEW]
    roots = list(merged)
    return (
        rows.searched(text) if not roots else rows.filter(Q(pk__in=rows.searched(text).values("pk")) | Q(pk__in=roots))
    )


class CompanyFilters(Filters):
    q = filters.words(_("Name or domain"))
    rep = choice(_("Account rep"))
    asks = {"q": _named, "rep": "rep"}

    def __init__(self, data: QueryDict):
        super().__init__(data)
        self.offer(
            "rep",
            filters.named(User.objects.filter(Exists(Company.objects.filter(rep=OuterRef("pk")))).order_by("name")),
        )


def _of_company(rows: QuerySet, text: str) -> QuerySet:
    found = Company.objects.searched(text).order_by().values("pk")
    return rows.filter(Q(company__in=found) | Q(company=None, lead__company__in=found))


class DealFilters(Filters):
    company = filters.words(_("Company"))
    state = choice(_("State"), Deal.State.choices)
    rep = choice(_("Rep in charge"))
    step = choice(_("Step"))
    least, most = filters.amount(_("Amount from")), filters.amount(_("to"))
    since, until = filters.day(_("Closed from")), filters.day(_("to"))
    campaign = choice(_("Campaign"))
    further = ("step", "least", "most", "since", "until", "campaign")
    pairs = (("since", "until"), ("least", "most"))
    asks = {
        "company": _of_company,
        "state": "state",
        "rep": "rep",
        "step": "step",
        "least": "amount__gte",
        "most": "amount__lte",
        "since": since_of("closed_at"),
        "until": until_of("closed_at"),
        "campaign": "lead__campaign",
    }

    def __init__(self, data: QueryDict, user: User):
        super().__init__(data)
        busy = User.objects.filter(Exists(Deal.objects.filter(rep=OuterRef("pk")))).order_by("name")
        self.offer("rep", [] if user.role == REP else filters.named(busy))
        self.offer("step", STEPS.labels().items())
        self.offer("campaign", filters.named(Campaign.objects.visible_to(user).order_by("name", "key")))


def _at_time(rows: QuerySet, when: str) -> QuerySet:
    today = clock.today()
    if when == ENDED:
        return rows.filter(ends_on__lt=today)
    if when == COMING:
        return rows.filter(starts_on__gt=today)
    return rows.exclude(ends_on__lt=today).exclude(starts_on__gt=today)


def _with_leads(rows: QuerySet, said: str) -> QuerySet:
    named = Exists(Lead.objects.filter(campaign=OuterRef("pk")).living())
    return rows.filter(named if said == "yes" else ~named)


class CampaignFilters(Filters):
    q = filters.words(_("Name or key"))
    channel = choice(_("Channel"))
    when = choice(_("State"), [(RUNNING, _("running")), (ENDED, _("ended")), (COMING, _("to come"))])
    leads = choice(_("With leads"), filters.YES_NO)
    asks = {
        "q": lambda rows, text: rows.filter(Q(name__unaccent__icontains=text) | Q(key__icontains=text)),
        "channel": "channel",
        "when": _at_time,
        "leads": _with_leads,
    }

    def __init__(self, data: QueryDict):
        super().__init__(data)
        known = Campaign.objects.exclude(channel="").order_by("channel").values_list("channel", flat=True).distinct()
        self.offer("channel", [(one, one) for one in known[:200]])


class CostFilters(Filters):
    since, until = filters.day(_("Days from")), filters.day(_("to"))
    asks = {"since": "spent_on__gte", "until": "spent_on__lte"}


STATES = {
    "new": _("new"),
    "checking": _("being checked"),
    "checked": _("checked"),
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "stopped": _("stopped"),
    "undoing": _("being undone"),
    "undone": _("undone"),
    "dropped": _("dropped"),
}


class ImportFilters(Filters):
    kind = choice(_("Rows of"))
    state = choice(_("State"), STATES.items())
    by = choice(_("by"))
    since, until = filters.day(_("Opened from")), filters.day(_("to"))
    further = ("since", "until")
    asks = {
        "kind": "kind",
        "state": "state",
        "by": "by",
        "since": since_of("created_at"),
        "until": until_of("created_at"),
    }

    def __init__(self, data: QueryDict):
        super().__init__(data)
        kinds = Import.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.offer("kind", [(one, targets.LABELS.get(one, one)) for one in kinds])
        self.offer(
            "by", filters.named(User.objects.filter(Exists(Import.objects.filter(by=OuterRef("pk")))).order_by("name"))
        )


class TwinFilters(Filters):
    reason = choice(_("Why"), likely.REASONS.items())
    least = choice(_("Confidence from"), [(one, str(one)) for one in (60, 100, 160)])
    asks = {"reason": lambda rows, key: rows.filter(reasons__contains=[key]), "least": "weight__gte"}


class FirmTwinFilters(TwinFilters):
    reason = choice(_("Why"), firms_likely.REASONS.items())

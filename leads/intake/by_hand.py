"""What people write with their own hands: leads, companies, campaigns and what these cost. Each value is an AttributeChange."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from leads.models import AttributeChange, Campaign, Company, Correction, Lead, Spend
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence

from . import columns, companies, companies_merged, corrections, facts, locks, suppression, tree
from .problems import ByHandError as ByHandError

ERASED_OPPOSED = gettext_lazy(
    "This person opposed and was erased: the address is not taken in again. If they ask to come back, take it off the"
    " suppression list first (Settings), with the reason."
)
_BORN: dict[str, Any] = {"lead": Lead, "company": Company, "campaign": Campaign}


def same_email(email: str, besides: int | None = None) -> list[int]:
    """Ids of living leads with this e-mail address, oldest first."""
    if not email:
        return []
    rows = Lead.objects.annotate(mail=Lower("email")).filter(mail=email.lower(), erased=False, root_id=None)
    return list(rows.exclude(pk=besides or 0).order_by("id").values_list("id", flat=True)[:5])


@transaction.atomic
def add_lead(*, values: Mapping[str, Any], company: Mapping[str, Any], by: User, at: datetime) -> int:
    """Make a lead with its first values and its company (found by domain, else by name). Returns its id.

    ByHandError("erased_opposed") for the address of a person who was erased after opposing.
    """
    fence = open_fence()
    origin = facts.Origin(by=by, source="hand")
    _not_gone(values)
    firm = companies.find_or_create([company], at, origin=origin, fence=fence)[0]
    said = {**values, **({"company": firm} if firm else {})}
    (pk,) = facts.create_leads([facts.Birth(at, said)], origin=origin, fence=fence)
    record(
        by, "lead.add", "lead", pk, at, fields=sorted(name for name, value in said.items() if value not in (None, ""))
    )
    return pk


@transaction.atomic
def edit_lead(
    *, lead: Lead, values: Mapping[str, Any], company: Mapping[str, Any], by: User, at: datetime
) -> list[facts.Change]:
    """Record the values that differ, each as one change. `company` {} takes the lead out of its company.

    Returns the changes. ByHandError("erased") for an erased lead, "erased_opposed" as for `add_lead`.
    """
    fence = open_fence()
    columns.lock("lead", [lead.pk])
    if Lead.objects.filter(pk=lead.pk, erased=True).exists():
        raise ByHandError("erased")
    _not_gone(values)
    origin = facts.Origin(by=by, source="hand")
    firm = companies.find_or_create([company], at, origin=origin, fence=fence)[0]
    stands = companies_merged.standing_for([firm])
    said = {**values, "company": stands.get(firm or 0, firm)}
    now = columns.current_of_lead(lead.pk)
    changes = [
        facts.Change("lead", lead.pk, name, _none(firm if name == "company" else value), at)
        for name, value in sorted(said.items())
        if _none(value) != _none(now.get(name))
    ]
    # said with their own mouth: also nothing, where a value was taken over from a lead merged into it
    added = facts.record_changes(changes, origin=origin, fence=fence, keep_same=True)
    if firm and company.get("name") and not stands:  # found by its domain, it may have got another name
        name = facts.Change("company", firm, "name", companies.one_line(company["name"]), at)
        added += facts.record_changes([name], origin=origin, fence=fence)
    if added:
        record(by, "lead.edit", "lead", lead.pk, at, fields=[change.field for change in added])
    return added


@transaction.atomic
def add_company(*, values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Make a company. Returns its id. ByHandError("domain_taken" or "name_taken") when another one is known by it."""
    fence = open_fence()
    _company_is_free(values, None)
    (pk,) = facts.create_companies(
        [facts.Birth(at, dict(values))], origin=facts.Origin(by=by, source="hand"), fence=fence
    )
    record(by, "company.add", "company", pk, at)
    return pk


@transaction.atomic
def edit_company(*, company: Company, values: Mapping[str, Any], by: User, at: datetime) -> list[facts.Change]:
    """Record the values that differ. Returns the changes. ByHandError as for `add_company`."""
    fence = open_fence()
    _company_is_free(values, company.pk)
    now = columns.current("company", [company.pk]).get(company.pk, {})
    changes = [
        facts.Change("company", company.pk, name, _none(value), at)
        for name, value in sorted(values.items())
        if _none(value) != _none(now.get(name))
    ]
    added = facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    if added:
        record(by, "company.edit", "company", company.pk, at, fields=[change.field for change in added])
    return added


def written_together(change: AttributeChange) -> QuerySet[AttributeChange]:
    """The values that were written by hand in one deed and stand, this one among them. Opposition has its own way back."""
    back = Correction.objects.filter(subject="attributechange").values("subject_id")
    rows = AttributeChange.objects.filter(
        subject=change.subject,
        subject_id=change.subject_id,
        recorded_at=change.recorded_at,
        by=change.by,
        source="hand",
    )
    return rows.exclude(pk__in=back).exclude(field="opted_out").exclude(by=None).order_by("pk")


@transaction.atomic
def take_back_values(*, change: AttributeChange, by: User, at: datetime, reason: str) -> list[int]:
    """Take back what was written by hand in one deed: the values before it hold again.

    ByHandError: "birth" for the first values of a lead, company or campaign; "gone" when nothing of it stands; else a key
    of `corrections.SAID`.
    """
    open_fence()
    rows = list(written_together(change))
    if not rows:
        raise ByHandError("gone")
    if _BORN[change.subject].objects.filter(pk=change.subject_id, recorded_at=change.recorded_at).exists():
        raise ByHandError("birth")
    if found := corrections.hindrance("attributechange", change, by=by, at=at, reason=reason):
        raise ByHandError(found.key, found.field)
    return facts.correct(subject="attributechange", subject_ids=[row.pk for row in rows], by=by, at=at, reason=reason)


@transaction.atomic
def add_campaign(*, values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Make a campaign. Returns its id. ByHandError("key_taken") when another one has its key; those of `tree.check`."""
    fence = open_fence()
    _key_is_free(values["key"], None)
    tree.check(None, values.get("parent"))
    (pk,) = facts.create_campaigns(
        [facts.Birth(at, dict(values))], origin=facts.Origin(by=by, source="hand"), fence=fence
    )
    record(by, "campaign.add", "campaign", pk, at, key=values["key"])
    return pk


@transaction.atomic
def edit_campaign(*, campaign: Campaign, values: Mapping[str, Any], by: User, at: datetime) -> list[facts.Change]:
    """Record the values that differ. Returns the changes. ByHandError("key_taken") when another one has the key; those of `tree.check`."""
    fence = open_fence()
    _key_is_free(values["key"], campaign.pk)
    tree.check(campaign.pk, values.get("parent"))
    now = columns.current("campaign", [campaign.pk]).get(campaign.pk, {})
    changes = [
        facts.Change("campaign", campaign.pk, name, _none(value), at)
        for name, value in sorted(values.items())
        if _none(value) != _none(now.get(name))
    ]
    added = facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    if added:
        record(by, "campaign.edit", "campaign", campaign.pk, at, fields=[change.field for change in added])
    return added


@transaction.atomic
def add_spend(*, campaign: Campaign, spent_on: date, amount: Decimal, label: str, by: User, at: datetime) -> Spend:
    """Write down what a campaign cost on a day. ByHandError("future") for a day that has not begun."""
    fence = open_fence()
    zone = clock.zone()
    if spent_on > at.astimezone(zone).date():
        raise ByHandError("future", "spent_on")
    spend = Spend.objects.create(
        campaign=campaign, spent_on=spent_on, amount=amount, label=label, by=by,
        occurred_at=datetime.combine(spent_on, time(), zone).astimezone(UTC), recorded_at=fence.recorded_at, known_at=fence.recorded_at,
    )  # fmt: skip
    record(by, "campaign.spend", "campaign", campaign.pk, at, spend=spend.pk, amount=str(amount))
    return spend


@transaction.atomic
def take_back_spend(*, spend: Spend, reason: str, by: User, at: datetime) -> bool:
    """Take a cost back; it stays in the list, struck through, and counts nowhere. False when it was taken back before.

    ByHandError with a key of `corrections.SAID` for who may not.
    """
    if Correction.objects.filter(subject="spend", subject_id=spend.pk).exists():
        return False
    if found := corrections.hindrance("spend", spend, by=by, at=at, reason=reason):
        raise ByHandError(found.key, found.field)
    return bool(facts.correct(subject="spend", subject_ids=[spend.pk], by=by, at=at, reason=reason))


@transaction.atomic
def change_spend(
    *, spend: Spend, spent_on: date, amount: Decimal, label: str, reason: str, by: User, at: datetime
) -> Spend | None:
    """Say anew what a cost was: what was written is taken back, what is written now stands instead. The new one; None where
    nothing differs.

    ByHandError: "gone" when it was taken back before, "future" as for `add_spend`, else a key of `corrections.SAID`.
    """
    if (spend.spent_on, spend.amount, spend.label) == (spent_on, amount, label):
        return None
    if not take_back_spend(spend=spend, reason=reason, by=by, at=at):
        raise ByHandError("gone")
    return add_spend(campaign=spend.campaign, spent_on=spent_on, amount=amount, label=label, by=by, at=at)


def _not_gone(values: Mapping[str, Any]) -> None:
    """ByHandError("erased_opposed", on the address) for a person who was erased after opposing."""
    if suppression.gone([str(values.get("email") or "")]):
        raise ByHandError("erased_opposed", "email")


def _key_is_free(key: str, besides: int | None) -> None:
    locks.hold(locks.CAMPAIGNS, [key.lower()])
    if Campaign.objects.annotate(low=Lower("key")).filter(low=key.lower()).exclude(pk=besides or 0).exists():
        raise ByHandError("key_taken", "key")


def _company_is_free(values: Mapping[str, Any], besides: int | None) -> None:
    """A company is known by its domain, else by its name: nobody else may be."""
    keys = [key for key in (companies.name_key({name: values.get(name)}) for name in ("domain", "name")) if key]
    locks.hold(locks.COMPANIES, keys)
    for key in keys:
        rows = Company.objects.annotate(low=Lower("domain" if key[0] == "d" else "name")).filter(low=key[2:])
        if rows.exclude(pk=besides or 0).exclude(root_id__isnull=False, root_id=besides or 0).exists():
            raise ByHandError("domain_taken", "domain") if key[0] == "d" else ByHandError("name_taken", "name")


def _none(value: Any) -> Any:
    return None if value == "" else value

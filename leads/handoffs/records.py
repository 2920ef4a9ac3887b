"""The record that a reason must name: a duplicate is another lead, a customer is a lead or a company with which something was won.

Only what the person may see can be named, and leads so alike that the house itself offers them: what is foreign and what is
missing is answered alike. What does not look like the lead is taken with a mark, to be confirmed by a manager. Kept as
"lead:12", "company:3", and "lead:12?" where it is to be confirmed.
"""

import re
from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from leads.intake.likeness import CALLED, COLUMNS, HAS_MAIL, HAS_PHONE, NEAR, NUMBER
from leads.models import Company, Deal, Handoff, Lead, MergeSuggestion, Stage
from smarketing.accounts.models import User

from .problems import Refusal
from .reasons import Reason

CUSTOMER = "REL-CUST"
MAX_RECORDS, MAX_ALIKE = 12, 50
NAMED = "said"  # reason of a merge suggestion: sales named it as a duplicate
WEIGHT = 80
UNSURE = "?"
# Everybody's addresses: to share one of these domains is no likeness.
PUBLIC_MAIL = (
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com", "live.fr", "msn.com",
    "yahoo.com", "yahoo.fr", "ymail.com", "icloud.com", "me.com", "aol.com", "gmx.com", "gmx.fr", "gmx.net", "gmx.de", "web.de",
    "proton.me", "protonmail.com", "mail.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net",
    "bbox.fr", "numericable.fr",
)  # fmt: skip
_NUMBER = re.compile(r"(lead|company)?[:#]?\s*(\d{1,18})")
# One person, by the likeness of the night (`twins.likely`): address, telephone number, or name in one company.
_NAMED = "a.whole AND b.whole AND similarity(a.name, b.name) >= %(near)s"
_SAME = f"""{HAS_MAIL.format("a.")} AND a.mail = b.mail
  OR {HAS_PHONE.format("a.")} AND {NUMBER.format("a.")} = {NUMBER.format("b.")} AND {CALLED}
  OR a.company_id = b.company_id AND {_NAMED}"""
_DOMAIN = "split_part({0}.mail, '@', 2)"
_ALIKE = f"""
WITH l AS MATERIALIZED (SELECT {COLUMNS} FROM leads_lead WHERE id = %(lead)s OR id = ANY(%(others)s)),
found AS (
  SELECT b.id, coalesce({_SAME}, false) AS same, coalesce(a.company_id = b.company_id, false) OR {_NAMED}
    OR ({_DOMAIN.format("a")} <> '' AND {_DOMAIN.format("a")} = {_DOMAIN.format("b")}
      AND {_DOMAIN.format("a")} <> ALL(%(public)s)) AS alike
  FROM l a JOIN l b ON b.id <> a.id WHERE a.id = %(lead)s)
SELECT id, same, same OR alike FROM found ORDER BY id
"""


def offers(handoff: Handoff, by: User | None) -> Iterator[tuple[str, str]]:
    """(value, words) of the records that a form offers to `by`."""
    lead = handoff.lead
    found = list(_near(lead).order_by("-created_at", "-pk")[:MAX_ALIKE])
    same = {pk for pk, one, _alike in _likeness(lead, [one.pk for one in found]) if one}
    seen = (
        set(Lead.objects.visible_to(by).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
        if by
        else set()
    )
    if lead.company_id and _customers().filter(pk=lead.company_id).exists():
        yield f"company:{lead.company_id}", _("company %(name)s · customer") % {"name": lead.company}
    for other in [one for one in found if one.pk in same | seen][:MAX_RECORDS]:
        how = _("looks like the same person") if other.pk in same else _("same company or phone")
        words = {"number": other.pk, "how": how, "stage": other.get_stage_display()}
        yield f"lead:{other.pk}", _("lead %(number)s · %(how)s · %(stage)s") % words


def check(reason: Reason, handoff: Handoff, value: str, by: User) -> str:
    """The record as it is kept. Refusal for none, one that is not there for `by`, or one that proves nothing."""
    if not value.strip():
        raise Refusal(_("Name the other record: choose it, or write its number or e-mail address."), "evidence")
    kind, pk = _asked(value.strip())
    if kind == "company" and reason.code == CUSTOMER:
        return _company(handoff, pk, by)
    if kind == "company":
        raise Refusal(_("This reason names another lead, not a company."), "evidence")
    other = _lead(handoff, value.strip(), pk, by)
    if other is None:
        raise Refusal(_("No other lead has this number or e-mail address."), "evidence")
    won = Deal.objects.standing().filter(
        Q(lead=other) | Q(company=other.company_id, company__isnull=False), state=Deal.State.WON
    )
    if reason.code == CUSTOMER and other.stage != Stage.CUSTOMER and not won.exists():
        raise Refusal(_("Nothing was won with this record: it proves no customer."), "evidence")
    alike = any(alike for _pk, _same, alike in _likeness(handoff.lead, [other.pk]))
    return f"lead:{other.pk}{'' if alike else UNSURE}"


def words(value: str) -> str:
    """ "lead 12", "company Acme", with "(to be confirmed by a manager)" where it does not look like the lead."""
    pk = number(value)
    said = _("lead %(number)s") % {"number": pk}
    if value.startswith("company:"):
        said = _("company %(name)s") % {"name": Company.objects.filter(pk=pk).first() or f"#{pk}"}
    return _("%(record)s (to be confirmed by a manager)") % {"record": said} if value.endswith(UNSURE) else said


def number(value: str) -> int:
    """The number in kept evidence."""
    return int(value.partition(":")[2].rstrip(UNSURE))


def suggest(handoff: Handoff, proof: str) -> None:
    """Marketing is told that the two may be one, in the list where leads are merged; who said they are two is not asked again."""
    first, second = sorted((handoff.lead_id, number(proof)))
    made, fresh = MergeSuggestion.objects.get_or_create(
        first_id=first, second_id=second, defaults={"reasons": [NAMED], "weight": WEIGHT}
    )
    if not fresh and NAMED not in made.reasons:
        made.reasons = [*made.reasons, NAMED]
        made.save(update_fields=["reasons"])


def unsuggest(handoff: Handoff, proof: str) -> None:
    """The decision was taken back: what the night found by itself stays."""
    first, second = sorted((handoff.lead_id, number(proof)))
    found = MergeSuggestion.objects.filter(first=first, second=second, state=MergeSuggestion.State.OPEN)
    found.filter(reasons=[NAMED]).delete()
    for one in found.filter(reasons__contains=[NAMED]):
        one.reasons = [reason for reason in one.reasons if reason != NAMED]
        one.save(update_fields=["reasons"])


def _asked(value: str) -> tuple[str, int | None]:
    match = _NUMBER.fullmatch(value)
    return (match[1] or "lead", int(match[2])) if match else ("lead", None)


def _near(lead: Lead):
    """Others of its company, with its address or its telephone number."""
    same = Q(company=lead.company_id) if lead.company_id else Q(pk=None)
    if lead.email:
        same |= Q(email__iexact=lead.email)
    if lead.phone:
        same |= Q(phone=lead.phone)
    return Lead.objects.living().filter(same).exclude(pk=lead.pk)


def _lead(handoff: Handoff, value: str, pk: int | None, by: User) -> Lead | None:
    """Another lead that `by` may name, by its number or its address."""
    wanted = Q(pk=pk) if pk is not None else Q(email__iexact=value) if "@" in value else Q(pk=None)
    found = Lead.objects.living().filter(wanted).exclude(pk=handoff.lead_id)
    seen = found.filter(pk__in=Lead.objects.visible_to(by).values("pk")).order_by("pk").first()
    if seen is not None:
        return seen
    some = {one.pk: one for one in found.order_by("pk")[:MAX_ALIKE]}
    return next((some[one] for one, same, _alike in _likeness(handoff.lead, sorted(some)) if same), None)


def _likeness(lead: Lead, others: list[int]) -> list[tuple[int, bool, bool]]:
    """(lead, whether it looks like the same person, whether it looks like one of the same house or name)."""
    if not others:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"lead": lead.pk, "others": others, "public": list(PUBLIC_MAIL), "near": NEAR})
        return cursor.fetchall()


def _customers():
    """Companies with which something was won."""
    won = Deal.objects.standing().filter(state=Deal.State.WON)
    named = won.filter(Q(company=OuterRef("pk")) | Q(lead__company=OuterRef("pk")))
    people = Lead.objects.filter(company=OuterRef("pk"), stage=Stage.CUSTOMER)
    return Company.objects.standing().living().filter(Exists(named) | Exists(people))


def _company(handoff: Handoff, pk: int | None, by: User) -> str:
    one = Company.objects.visible_to(by).filter(pk=pk).first()
    if one is None:
        raise Refusal(_("No company has this number."), "evidence")
    if not _customers().filter(pk=one.pk).exists():
        raise Refusal(_("Nothing was won with this record: it proves no customer."), "evidence")
    lead = handoff.lead
    domain = lead.email.lower().rpartition("@")[2]
    mine = lead.company.name.casefold() if lead.company_id else ""
    alike = lead.company_id == one.pk or (domain and domain not in PUBLIC_MAIL and domain == one.domain.lower())
    return f"company:{one.pk}{'' if alike or (mine and mine == one.name.casefold()) else UNSURE}"

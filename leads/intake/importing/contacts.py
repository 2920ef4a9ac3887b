"""People on deals: which lead has which role on a deal; a deal without a primary lead gets its first one so."""

import re
from collections.abc import Sequence

from leads.intake import hooks
from leads.models import Correction, Deal, DealContact
from smarketing.rows.fence import Fence

from .by_name import who_of
from .context import CREATED, REJECTED, UPDATED, Action, Context, check_moments, leads_of, refuse, settle
from .rows import Row

# Words of other systems for the roles of `leads.handoffs.deals.ROLES`; a word not found is kept as written.
_ROLES = {
    "decides": "decides|decision maker|decisionmaker|executive sponsor|décideur|décideuse",
    "pays": "pays|budget holder|budget|economic buyer|payeur",
    "uses": "uses|end user|user|business user|utilisateur|utilisatrice",
    "advises": "advises|influencer|champion|evaluator|technical buyer|conseil|prescripteur",
    "blocks": "blocks|blocker|bloqueur",
}
ROLES = {word: role for role, words in _ROLES.items() for word in words.split("|")}
PLAIN = "contact"


def role_of(word: str) -> str:
    """Our role for a word of the file, else the word; a contact without a word is a contact."""
    text = re.sub(r"\s+", " ", word).strip()
    return ROLES.get(text.lower(), text[:40]) or PLAIN


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    values = row.values
    who = values.get("lead") or values.get("lead_email", "").lower() or who_of(row)
    return [(f"{values.get('deal')}|{who}", "key_twice", ("deal",))]


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_of([a.row for a in good], ctx)
    deals = deals_by_key(a.row.values.get("deal", "") for a in good)
    back = Correction.objects.filter(subject="dealcontact").values("subject_id")
    said = DealContact.objects.filter(deal__in=deals.values()).exclude(pk__in=back).order_by("recorded_at", "pk")
    roles = {(deal, lead): role for deal, lead, role in said.values_list("deal_id", "lead_id", "role")}
    for action in good:
        lead, deal = leads.get(action.row.line), deals.get(action.row.values.get("deal", ""))
        if deal is None:
            refuse(action, "unknown_deal", ctx.column("deal"))
        if lead is None:
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        check_moments(action, ctx, "at")
        role = role_of(action.row.values.get("role", ""))
        action.extra |= {"deal": deal, "lead": lead, "role": role}
        held = roles.get((deal, lead))
        settle(action, held is not None, held != role)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome in (CREATED, UPDATED)]
    made = DealContact.objects.bulk_create(_contact(action, ctx, fence) for action in done)
    ctx.add("dealcontact", [one.pk for one in made])
    for hook in hooks.deals if done else []:
        hook(sorted({action.extra["deal"] for action in done}), fence)


def deals_by_key(keys) -> dict[str, int]:
    """The oldest deal with each key, undone ones left out."""
    wanted = sorted({key for key in keys if key})
    back = Correction.objects.filter(subject="deal").values("subject_id")
    rows = Deal.objects.filter(key__in=wanted).exclude(pk__in=back).order_by("-id")
    return dict(rows.values_list("key", "id"))


def _contact(action: Action, ctx: Context, fence: Fence) -> DealContact:
    said = action.row.moment("at")
    at = said.at if said else fence.recorded_at
    return DealContact(
        deal_id=action.extra["deal"], lead_id=action.extra["lead"], role=action.extra["role"], by=ctx.one.by,
        occurred_at=at, recorded_at=fence.recorded_at, known_at=at if ctx.history else fence.recorded_at,
    )  # fmt: skip

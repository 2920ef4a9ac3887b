"""Consent that a file says of its people: facts with the words of the file as their proof, which names the import.

A file may say whether somebody consents, for what, by which channel, on which basis, since when, where it was said, and
since when no longer. Nothing a file says ends an opposition: of who opposes only withdrawals are written down. A plain
"no" where nothing was consented to says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leads.intake import bulk
from leads.models import Consent, ConsentProof, Correction, Lead
from smarketing.rows.fence import Fence

from . import values
from .context import REJECTED, Action, Context, check_moments, refuse
from .rows import Moment
from .synonyms import plain

KIND, PURPOSE, CHANNEL, BASIS = Consent.Kind, Consent.Purpose, Consent.Channel, Consent.Basis
SAID, WHAT, HOW, WHY = "consent.said", "consent.purpose", "consent.channel", "consent.basis"
GIVEN_ON, ENDED_ON, SOURCE, PROOF = "consent.at", "consent.withdrawn", "consent.source", "consent.proof"
TARGETS = (SAID, WHAT, HOW, WHY, GIVEN_ON, ENDED_ON, SOURCE, PROOF)
_YES = "opt in|opted in|given|granted|subscribed|marketing contact|accordé|donné|consenti|abonné|inscrit"
_NO = "opt out|opted out|withdrawn|revoked|denied|unsubscribed|retiré|refusé|désabonné|désinscrit"
_NOTHING = "non marketing contact|seen|not seen|notset|not set|unknown|pending|inconnu|na|not applicable|sans objet"
_WORDS: dict[str, dict[str, str]] = {
    WHAT: {
        PURPOSE.PROSPECTING: "prospecting|sales|marketing|prospection|démarchage",
        PURPOSE.NEWSLETTER: "newsletter|newsletters|news|lettre d'information|infolettre",
        PURPOSE.EVENTS: "events|event|invitations to events|webinars|événements|invitations à des événements",
        PURPOSE.ANY: "any|all|every purpose|toutes|tout|toutes les finalités",
    },
    HOW: {
        CHANNEL.MAIL: "mail|email|e-mail|courriel|adresse e-mail",
        CHANNEL.CALL: "call|phone|telephone|mobile|téléphone|appel",
        CHANNEL.MESSAGE: "message|sms|text message|whatsapp",
        CHANNEL.POST: "post|letter|mailing address|mailingaddress|courrier|lettre",
        CHANNEL.ANY: "any|all|web|every channel|tous|tous les canaux",
    },
    WHY: {
        BASIS.CONSENT: "consent|freely given consent from contact|consentement|consentement libre",
        BASIS.INTEREST: "interest|legitimate interest|legitimate interest prospect lead|legitimate interest existing customer"
        "|legitimate interest other|intérêt légitime",
        BASIS.CONTRACT: "contract|performance of a contract|contrat|exécution d'un contrat",
        "": "not applicable|none|sans objet|aucune",
    },
}  # fmt: skip
WORDS = {
    name: {plain(word): of for of, words in table.items() for word in words.split("|")}
    for name, table in _WORDS.items()
}
BAD = {WHAT: "bad_purpose", HOW: "bad_channel_of_consent", WHY: "bad_basis"}
YES, NO, NOTHING = ({plain(word) for word in words.split("|")} for words in (_YES, _NO, _NOTHING))
# Columns that say who may be marketed to, which is no consent: without a legal basis beside they say an interest.
MARKETABLE = {"marketingcontactstatus", "hsmarketablestatus"}


@dataclass(frozen=True)
class Says:
    """What a row says: `kind` given or withdrawn; `at` None: on the day of the import. `plain_no`: see the module."""

    kind: str
    purpose: str
    channel: str
    basis: str
    at: Moment | None
    plain_no: bool = False


def classify(actions: Sequence[Action], ctx: Context) -> None:
    """Put into `extra["consent"]` what each row says that is not known yet; `extra["kept_out"]` where somebody opposes."""
    if not _mapped(ctx):
        return
    said = {id(one): says for one in actions if one.outcome != REJECTED and (says := _read(one, ctx))}
    ids = {one.subject_id for one in actions if one.subject_id and id(one) in said}
    known, opposed = _known(ids), set(Lead.objects.filter(pk__in=ids, opted_out=True).values_list("pk", flat=True))
    for action in actions:
        if (says := said.get(id(action))) is None:
            continue
        opposes = action.subject_id in opposed or action.row.values.get("lead.opted_out") is True
        if opposes and says.kind == KIND.GIVEN:
            action.extra["kept_out"] = True
        elif not _same(says, known.get(action.subject_id or 0, [])):
            action.extra["consent"] = says


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    """Write these consents down, each with its proof."""
    told = [action for action in actions if action.extra.get("consent") and action.subject_id]
    rows = []
    for action in told:
        says: Says = action.extra["consent"]
        at, day_only = (says.at.at, says.at.day_only) if says.at else (fence.recorded_at, False)
        rows.append(
            Consent(
                lead_id=action.subject_id, kind=says.kind, purpose=says.purpose, channel=says.channel, basis=says.basis,
                day_only=day_only, by=ctx.one.by, occurred_at=at, recorded_at=fence.recorded_at,
                known_at=at if ctx.history else fence.recorded_at,
            )
        )  # fmt: skip
    made = Consent.objects.bulk_create(rows)
    ConsentProof.objects.bulk_create(
        ConsentProof(consent=one, source=_source(action, ctx), text=_proof(action, ctx))
        for one, action in zip(made, told, strict=True)
    )
    ctx.add("consent", [one.pk for one in made])


def counted(actions: Sequence[Action], ctx: Context) -> dict[str, int]:
    """How many rows give a consent, withdraw one, or say one of somebody who opposes."""
    out = {"given": 0, "withdrawn": 0, "kept_out": 0}
    for action in actions if _mapped(ctx) else []:
        if action.outcome != REJECTED and not action.extra.get("repeats"):
            if says := action.extra.get("consent"):
                out[str(says.kind)] += 1
            out["kept_out"] += bool(action.extra.get("kept_out"))
    return out


def _mapped(ctx: Context) -> bool:
    return bool(ctx.mapping.targets() & set(TARGETS))


def _read(action: Action, ctx: Context) -> Says | None:
    """What the row says; None when nothing. A word that is not known is refused with its column."""
    cells = action.row.values
    check_moments(action, ctx, GIVEN_ON, ENDED_ON)
    found = {name: _word(action, name, ctx) for name in WORDS}
    if action.outcome == REJECTED:
        return None
    answer = _answer(action, ctx)
    ended = cells.get(ENDED_ON)
    if answer is None and WHY in cells and found[WHY]:
        answer = True  # a legal basis alone says that there is one
    if action.outcome == REJECTED or (answer is None and not ended and GIVEN_ON not in cells):
        return None
    purpose, channel = found[WHAT] or PURPOSE.PROSPECTING, found[HOW] or CHANNEL.MAIL
    if ended or answer is False:
        word = plain(str(cells.get(SAID, "")))
        return Says(KIND.WITHDRAWN, purpose, channel, "", ended, plain_no=not ended and word not in NO)
    basis = found[WHY] or (BASIS.INTEREST if _market(ctx) else BASIS.CONSENT)
    return Says(KIND.GIVEN, purpose, channel, basis, cells.get(GIVEN_ON))


def _answer(action: Action, ctx: Context) -> bool | None:
    said = str(action.row.values.get(SAID, ""))
    word = plain(said)
    if not word or word in NOTHING or (_market(ctx) and said.lower() in values.FALSE):
        return None
    if word in YES or said.lower() in values.TRUE:
        return True
    if word in NO or said.lower() in values.FALSE:
        return False
    refuse(action, "bad_consent", ctx.column(SAID))
    return None


def _market(ctx: Context) -> bool:
    at = ctx.column(SAID)
    return at >= 0 and plain(ctx.mapping.columns[at].header) in MARKETABLE


def _word(action: Action, name: str, ctx: Context) -> str:
    """Our word for the file's; of several, parted by semicolons, the first that is known."""
    said = str(action.row.values.get(name, ""))
    words = [plain(part) for part in said.split(";") if part.strip()]
    found = next((WORDS[name][word] for word in words if word in WORDS[name]), None)
    if words and found is None:
        refuse(action, BAD[name], ctx.column(name))
    return found or ""


def _known(leads: set[int]) -> dict[int, list[tuple[Any, ...]]]:
    """What stands of these leads, the newest first: (kind, purpose, channel, basis, at)."""
    back = Correction.objects.filter(subject="consent").values("subject_id")
    rows = Consent.objects.filter(bulk.among("lead_id", leads)).exclude(pk__in=back).order_by("-occurred_at", "-pk")
    out: dict[int, list[tuple[Any, ...]]] = {}
    for lead, *rest in rows.values_list("lead_id", "kind", "purpose", "channel", "basis", "occurred_at"):
        out.setdefault(lead, []).append(tuple(rest))
    return out


def _same(says: Says, known: Sequence[tuple[Any, ...]]) -> bool:
    """Whether it is known: the same of the same instant, or without one what holds already."""
    mine = (says.kind, says.purpose, says.channel, says.basis)
    if says.at:
        return (*mine, says.at.at) in known
    held = next((one for one in known if one[1] == says.purpose and one[2] == says.channel), None)
    if says.plain_no and (held is None or held[0] != KIND.GIVEN):
        return True
    return held is not None and tuple(held[:4]) == mine


def _source(action: Action, ctx: Context) -> str:
    return str(action.row.values.get(SOURCE) or ctx.one.filename)[:120]


def _proof(action: Action, ctx: Context) -> str:
    """The file, the import, the line, and the cells as they stood."""
    cells = [
        f"{column.header}: {action.row.cells[column.index].strip()}"
        for column in ctx.mapping.used
        if set(column.targets) & set(TARGETS) and action.row.cells[column.index].strip()
    ]
    return f"{ctx.one.filename} (import {ctx.one.pk}), {action.row.line}: {'; '.join(cells)}"[:4000]

"""Attempts of sales people from a file (calls, mails, tasks of a CRM), each on the handoff that was open then."""

from collections.abc import Sequence

from django.db.models.functions import Lower

from leads.intake import bulk, facts, hooks
from leads.models import Attempt, AttemptNote, Correction, Handoff
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence

from .context import CREATED, REJECTED, Action, Context, check_moments, leads_of, not_declared, refuse, settle
from .rows import Row

_CHANNELS = {
    "call": "call|calls|phone|phone call|appel|téléphone",
    "mail": "mail|email|e-mail|incoming email|courriel",
    "auto_mail": "automatic mail|automated email|list email|sequence email|mail automatique",
    "message": "message|sms|whatsapp|linkedin|linkedin message|communication",
    "visit": "visit|meeting|visite|rendez-vous|rdv",
}
_OUTCOMES = {
    "reached": "reached|connected|completed|answered|joint|jointe|contact établi",
    "no_answer": "no answer|no_answer|busy|absent|pas de réponse|sans réponse",
    "voicemail": "voicemail|left voicemail|left live message|message vocal|répondeur",
    "mail_sent": "mail sent|mail_sent|sent|email sent|mail envoyé|envoyé",
    "replied": "replied|reply|incoming email|inbound|a répondu|réponse",
    "wrong_number": "wrong number|wrong_number|faux numéro|mauvais numéro",
}
CHANNELS = {word: channel for channel, words in _CHANNELS.items() for word in words.split("|")}
OUTCOMES = {word: outcome for outcome, words in _OUTCOMES.items() for word in words.split("|")}
INBOUND = ("incoming email",)  # a word of a channel that says itself that they came back to us
# What a channel says of itself where the file has no outcome.
ALONE = {"mail": "mail_sent", "auto_mail": "mail_sent", "message": "mail_sent", "visit": "reached"}


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_of([a.row for a in good], ctx)
    handoffs = _handoffs(leads.values())
    young = not_declared(leads.values()) if ctx.history else set()
    people = people_by_word() if any("rep" in a.row.values for a in good) else {}
    for action in good:
        lead = leads.get(action.row.line)
        if lead is None:
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        elif lead in young:
            refuse(action, "history_known")
        _read(action, ctx)
        _place(action, handoffs.get(lead or 0, []), people, ctx)
    _repeated([action for action in good if action.outcome != REJECTED])
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome == CREATED]
    made = Attempt.objects.bulk_create(
        Attempt(
            **action.extra["attempt"], recorded_at=fence.recorded_at,
            known_at=action.extra["attempt"]["occurred_at"] if ctx.history else fence.recorded_at,
        )
        for action in done
    )  # fmt: skip
    AttemptNote.objects.bulk_create(
        AttemptNote(attempt=one, text=action.row.values["note"][:4000])
        for one, action in zip(made, done, strict=True)
        if action.row.values.get("note")
    )
    ctx.add("attempt", [one.pk for one in made])
    for hook in hooks.handoffs if made else []:
        hook(sorted({one.handoff_id for one in made}), fence)
    facts.attempted([one.pk for one in made], {one.lead_id for one in made}, fence)


def people_by_word() -> dict[str, int]:
    """People of the portal by lower-case e-mail and name."""
    rows = User.objects.annotate(n=Lower("name"), e=Lower("email")).values_list("pk", "n", "e")
    return {word: pk for pk, name, email in rows for word in (name, email)}


def _read(action: Action, ctx: Context) -> None:
    values = action.row.values
    if "at" not in values:
        refuse(action, "missing", ctx.column("at"))
    check_moments(action, ctx, "at")
    by = values.get("channel", "call").strip().lower()
    channel = CHANNELS.get(by)
    said = values.get("outcome", "").strip().lower() or (by if by in INBOUND else "")
    outcome = OUTCOMES.get(said) if said else ALONE.get(channel or "")
    if channel is None:
        refuse(action, "bad_channel", ctx.column("channel"))
    elif outcome is None:
        refuse(action, "bad_outcome", ctx.column("outcome"))
    action.extra |= {"channel": channel, "outcome": outcome}


def _place(action: Action, handoffs: list[tuple], people: dict[str, int], ctx: Context) -> None:
    """The handoff that was there at that instant, and who tried: as said, else who was in charge of it."""
    if action.outcome == REJECTED:
        return
    values, at = action.row.values, action.row.values["at"].at
    before = [one for one in handoffs if one[0] <= at]
    if not before:
        refuse(action, "no_handoff", ctx.column("at"))
        return
    _at, handoff, lead, charged = before[-1]
    rep = people.get(values["rep"].lower()) if values.get("rep") else charged
    if rep is None:
        refuse(action, "unknown_person", ctx.column("rep"))
    action.extra["attempt"] = {
        "handoff_id": handoff, "lead_id": lead, "rep_id": rep, "channel": action.extra["channel"],
        "outcome": action.extra["outcome"], "occurred_at": at,
    }  # fmt: skip


def _handoffs(leads) -> dict[int, list[tuple]]:
    back = Correction.objects.filter(subject="handoff").values("subject_id")
    rows = Handoff.objects.filter(bulk.among("lead_id", leads)).exclude(pk__in=back).order_by("occurred_at", "id")
    out: dict[int, list[tuple]] = {}
    for at, pk, lead, rep in rows.values_list("occurred_at", "id", "lead_id", "state_row__rep_id"):
        out.setdefault(lead, []).append((at, pk, lead, rep))
    return out


def _repeated(actions: Sequence[Action]) -> None:
    """The same person, lead, instant, channel and outcome is the same attempt."""
    names = ("handoff_id", "rep_id", "channel", "outcome", "occurred_at")
    back = Correction.objects.filter(subject="attempt").values("subject_id")
    rows = Attempt.objects.filter(handoff__in={a.extra["attempt"]["handoff_id"] for a in actions})
    seen = set(rows.exclude(pk__in=back).values_list(*names))
    for action in actions:
        one = tuple(action.extra["attempt"][name] for name in names)
        settle(action, one in seen, False)
        seen.add(one)

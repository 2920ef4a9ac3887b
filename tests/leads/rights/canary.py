"""A person with a string of their own in every place where the house may keep something about a person."""

from datetime import timedelta

from leads.handoffs import attempts, deals, decisions
from leads.intake import events, facts
from leads.intake.importing import service as imports
from leads.intake.tracking import service as tracking
from leads.models import Deal, Lead, Source
from leads.rights import consent, notes
from personas.catalogue import add_custom
from smarketing.accounts import tokens
from smarketing.rows import clock

STRINGS = {
    name: f"Zq{number:02d}canary{name.title()}"
    for number, name in enumerate(
        ("first", "last", "function", "custom", "property", "path", "visitor", "key", "proof", "note", "call", "deal", "reason"), 1
    )
} | {"email": "zq99canary@canary.example", "phone": "+33 6 13 57 91 10"}  # fmt: skip


def tracked(desk, body: dict, at) -> None:
    _token, secret = tokens.issue(kind="write", name="site", by=desk.boss, at=at)
    from smarketing.accounts.models import Token

    tracking.take(
        body={"batch": [body]} if "batch" not in body else body,
        call="batch",
        token=Token.objects.get(name="site"),
        at=at,
    )
    assert secret


def live(desk, tmp_path) -> Lead:
    """Everything happens to the canary: a file, a website, calls, a deal, a consent. Returns the lead; nothing is open."""
    at = clock.now()
    add_custom(subject="lead", name="x_hobby", type="text")
    head = "Key,Mail,First,Last,Phone,Function,Hobby,Company"
    cells = [STRINGS[name] for name in ("key", "email", "first", "last", "phone", "function", "custom")]
    path = tmp_path / "people.csv"
    path.write_text(f"{head}\n{','.join(cells)},Acme\n,not an address {STRINGS['email']},,,,,,Acme\n")
    columns = {
        "Key": "key", "Mail": "lead.email", "First": "lead.first_name", "Last": "lead.last_name", "Phone": "lead.phone",
        "Function": "lead.function", "Hobby": "x_hobby", "Company": "company.name",
    }  # fmt: skip
    imports.run(kind="leads", path=path, mapping={"columns": columns, "source": "crm"}, at=clock.now)
    lead = Lead.objects.get(email=STRINGS["email"])
    site = Source.objects.get_or_create(name="crm")[0]
    told = events.NewEvent(
        "m1", "track", at - timedelta(hours=1), name=STRINGS["path"], page=f"/hello/{STRINGS['path']}",
        properties={"said": STRINGS["property"]}, lead_id=lead.pk,
    )  # fmt: skip
    events.record_events([told], source=site)
    browser = {
        "anonymousId": STRINGS["visitor"],
        "messageId": "t1",
        "type": "page",
        "timestamp": (at - timedelta(hours=2)).isoformat(),
    }
    named = {
        "anonymousId": STRINGS["visitor"], "messageId": "t2", "type": "identify", "traits": {"email": STRINGS["email"]},
        "timestamp": (at - timedelta(minutes=50)).isoformat(),
    }  # fmt: skip
    tracked(desk, {"batch": [browser, named]}, at)
    said = {"kind": "given", "purpose": "newsletter", "channel": "mail", "basis": "consent", "said_on": None}
    consent.say(lead=lead, source="fair", text=STRINGS["proof"], by=desk.lea, at=at, **said)
    notes.write(lead=lead, text=STRINGS["note"], by=desk.lea, at=at)
    (deal,) = facts.create_deals(
        [facts.Birth(at, {"title": STRINGS["deal"], "amount": "900"}, fixed={"lead_id": lead.pk})],
        origin=facts.Origin(by=desk.boss, source="hand"),
    )
    assert Deal.objects.get(pk=deal).title == STRINGS["deal"]
    return lead


def worked(desk, lead: Lead) -> None:
    """Handed to sales, called, given back with a reason: closed again."""
    from leads.handoffs import handing, routing

    at, why = clock.now(), STRINGS["reason"]
    handoff = handing.hand_over(lead=lead, line=desk.line, gate="manual", by=None, at=at)
    routing.reassign(handoff=handoff, rep=desk.paul, by=desk.boss, at=at, reason=why)
    routing.take_back(assignment=handoff.assignments.latest("pk"), by=desk.boss, at=at, reason=why)
    routing.reassign(handoff=handoff, rep=desk.lea, by=desk.boss, at=at)
    said = {"handoff": handoff, "by": desk.lea, "channel": "call", "outcome": "reached"}
    attempts.undo(attempt=attempts.log(at=clock.now(), note="x", **said), by=desk.lea, at=clock.now(), reason=why)
    deal = deals.open_deal(
        lead=lead, handoff=handoff, by=desk.lea, at=clock.now(), title="D", contacts={lead.pk: "pays"}
    )
    deals.take_back(deal=deal, by=desk.lea, at=clock.now(), reason=why)
    attempts.log(at=clock.now(), note=STRINGS["call"], **said)
    back = decisions.give_back(handoff=handoff, by=desk.lea, at=clock.now(), reason="BUD-NONE")
    decisions.undo(decision=back, by=desk.lea, at=clock.now(), reason=why)
    notes.take_back(note=notes.write(lead=lead, text="y", by=desk.lea, at=at), by=desk.lea, at=at, reason=why)
    decisions.give_back(handoff=handoff, by=desk.lea, at=clock.now(), reason="BUD-NONE")

"""A person with a string of their own in every place where the house may keep something about a person.

`live` and `worked`: what the export of the person holds (`STRINGS`); `everywhere`: the places beside it (`MORE`).
"""

from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode

from leads.handoffs import attempts, deals, deals_back, decisions
from leads.intake import events, facts
from leads.intake.importing import service as imports
from leads.intake.tracking import service as tracking
from leads.models import Deal, ErasureProposal, Import, Lead, Source
from leads.rights import consent, notes, remarks, retention
from leads.twins import merge
from personas.catalogue import add_custom
from smarketing.accounts import tokens
from smarketing.jobs.models import Outbox, Run
from smarketing.notify import sending
from smarketing.rows import clock
from smarketing.web.models import SavedView

STRINGS = {
    name: f"Zq{number:02d}canary{name.title()}"
    for number, name in enumerate(
        ("first", "last", "function", "custom", "property", "path", "visitor", "key", "proof", "note", "call", "deal", "reason"), 1
    )
} | {"last": "Zq02cânaryO'Last", "email": "zq99canary@canary.example", "phone": "+33 6 13 57 91 10"}  # fmt: skip
MORE = {
    name: f"Zq{number}canary{name.title()}"
    for number, name in enumerate(
        ("praise", "form", "field", "detail", "rejected", "broken", "waiting", "checked", "workbook", "twin", "keep", "unlisted", "noted"), 41
    )
}  # fmt: skip
WHOLE = f"{STRINGS['first']} {STRINGS['last']}"


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


def live(desk, tmp_path, firm: str = "Acme") -> Lead:
    """Everything happens to the canary: a file, a website, calls, a deal, a consent. Returns the lead; nothing is open."""
    at = clock.now()
    add_custom(subject="lead", name="x_hobby", type="text")
    head = "Key,Mail,First,Last,Phone,Function,Hobby,Company"
    cells = [STRINGS[name] for name in ("key", "email", "first", "last", "phone", "function", "custom")]
    path = tmp_path / "people.csv"
    path.write_text(f"{head}\n{','.join(cells)},{firm}\n,not an address {STRINGS['email']},,,,,,Acme\n")
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
    deals_back.take_back(deal=deal, by=desk.lea, at=clock.now(), reason=why)
    attempts.log(at=clock.now(), note=STRINGS["call"], **said)
    back = decisions.give_back(handoff=handoff, by=desk.lea, at=clock.now(), reason="BUD-NONE")
    decisions.undo(decision=back, by=desk.lea, at=clock.now(), reason=why)
    notes.take_back(note=notes.write(lead=lead, text="y", by=desk.lea, at=at), by=desk.lea, at=at, reason=why)
    decisions.give_back(handoff=handoff, by=desk.lea, at=clock.now(), reason="BUD-NONE")


def upload(text: str | bytes, name: str, kind: str = "", mapping: dict | None = None) -> Import:
    """A file that was brought and waits."""
    stream = BytesIO(text.encode() if isinstance(text, str) else text)
    return imports.open_file(stream=stream, filename=name, by=None, at=clock.now(), kind=kind, mapping=mapping)


def checked(one: Import) -> Import:
    return imports.work(imports.choose(one=one, mapping=one.mapping, history=False, by=None, at=clock.now()), clock.now)


def workbook(rows: list[list[str]]) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def everywhere(desk, lead: Lead) -> None:
    """Praise, a form, details, files in every state, a twin, decisions about keeping and listing, what others wrote.

    `desk` has a marketer `ines` and an administrator `admin` besides."""
    at = clock.now()
    email, first, last = (STRINGS[name] for name in ("email", "first", "last"))
    remarks.praise(lead=lead, text=MORE["praise"], by=desk.ines, at=at)
    crm = Source.objects.get(name="crm")
    filled = events.NewEvent("m2", "form", at, form=MORE["form"], properties={"q": MORE["field"]}, lead_id=lead.pk)
    events.record_events([filled], source=crm)
    columns = {"columns": {"Id": "id", "Said": "x_said"}, "source": "crm"}
    one = checked(upload(f"Id,Said\nm1,{MORE['detail']}\n", "details.csv", "details", columns))
    assert imports.work(imports.start(one=one, by=None, at=at), clock.now).report["done"]["created"] == 1

    head = "Email,First Name,Last Name,Job Title"
    one = checked(upload(f"{head}\nno address {email},,,{MORE['rejected']}\n", f"{first}-{last}.csv"))
    imports.work(imports.start(one=one, by=None, at=at), clock.now)
    twice = "Email,Email,Name\n"  # a column that stands for nothing twice: the file as a whole cannot be imported
    checked(upload(f'{twice}{email},"{MORE["broken"]}\n', "broken.csv", "leads", {"columns": {"Name": "no.such"}}))
    upload(f"{head}\n{email},,,{MORE['waiting']}\n", "waiting.csv")
    checked(upload(f"{head}\nelse@canary.example,{first},{last},{MORE['checked']}\n", "checked.csv"))
    upload(workbook([head.split(","), [email, first, last, MORE["workbook"]]]), f"{email}.xlsx")

    said = {"email": "zq98canary@canary.example", "last_name": MORE["twin"]}
    (twin,) = facts.create_leads([facts.Birth(at, said)], origin=facts.Origin(by=desk.boss, source="hand"))
    merge.merge(loser=Lead.objects.get(pk=twin), root=lead, by=desk.boss, at=clock.now())
    ErasureProposal.objects.create(lead=lead, purpose="prospect", last_contact_at=at, proposed_at=at)
    retention.keep(proposals=ErasureProposal.objects.filter(lead=lead), reason=MORE["keep"], by=desk.admin, at=at)
    consent.suppress(email="zq98canary@canary.example", by=desk.admin, at=clock.now())
    consent.unsuppress(email="zq98canary@canary.example", by=desk.admin, at=clock.now(), reason=MORE["unlisted"])

    company = Lead.objects.get(pk=lead.pk).company_id
    born = [facts.Birth(at, {"title": f"{last}, {first}: renewal"}, fixed={"company_id": company})]
    (deal,) = facts.create_deals(born, origin=facts.Origin(by=desk.boss, source="hand"))
    assert Deal.objects.get(pk=deal).title.startswith(last)
    born = [facts.Birth(at, {"last_name": "Colleague", "company": company, "x_hobby": f"ask {email}"})]
    facts.create_leads(born, origin=facts.Origin(by=desk.boss, source="hand"))
    other = Lead.objects.get(last_name="Colleague")
    note = notes.write(lead=other, text=f"Talk to {WHOLE.upper()} first.", by=desk.lea, at=at)
    notes.take_back(note=note, by=desk.lea, at=clock.now(), reason=f"meant for {email}")
    views = [("by name", {"q": first}), (WHOLE, {}), ("by mail", {"q": email})]
    for name, query in views:
        SavedView.objects.create(user=desk.lea, table="leads:list", name=name, query=urlencode(query))
    Run.objects.create(
        job="x", business_date=at.date(), cutoff=at, started_at=at, state="failed", error=f"Key (email)=({email})"
    )
    Outbox.objects.create(kind="x", body={}, attempts=8, error=f"refused: {email}")
    sending.send_due(at + timedelta(hours=20))

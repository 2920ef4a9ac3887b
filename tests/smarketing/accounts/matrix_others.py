"""Objects of the matrix besides those that sales works on: what everybody of a role sees whoever made it, what opens to
whoever holds a link, and what is one person's alone. Each function takes the Objects made so far and gives kinds."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from leads.intake import by_hand
from leads.intake.importing import service as importing
from leads.mailing import templates
from leads.models import CallingRule, Campaign, Company, CompanyMerge, CompanyPair, Deal, Import, MergeSuggestion, Spend
from leads.replay import runs
from leads.rights import proofs
from leads.twins import firms, merge
from personas import lead_lists
from personas.definitions import comments, persona_drafts, persona_evidence
from personas.glossary import services as glossary
from personas.models import FieldDef, Persona
from reporting.models import BookClose, Meeting, Resolution
from sla.models import Contract
from smarketing.accounts import deputies, invitations, resets, tokens
from smarketing.accounts.models import User
from smarketing.agreements.models import Paper
from smarketing.calendars.models import Calendar
from smarketing.jobs.models import Run
from smarketing.notify import kinds, mails, sending
from smarketing.notify.models import Notice
from smarketing.rows import clock
from smarketing.web import export_files
from smarketing.web.models import ExportFile, SavedView
from tests.smarketing.accounts.matrix_table import NONE, Kinds

if TYPE_CHECKING:
    from tests.smarketing.accounts.matrix_objects import Objects

# --- what the policy shows to everybody of a role, whoever made it


def _replayed(there: "Objects") -> int:
    one = runs.ask(there.line, there.at)
    runs.work(one)
    return one.pk


def _firms(by, at) -> tuple[CompanyMerge, CompanyPair]:
    """Two companies merged, and two that may be one."""
    names = ("Zz Loser", "Zz Root", "Zz Twin", "Zz Double")
    made = [by_hand.add_company(values={"name": name}, by=by, at=at) for name in names]
    loser, root, twin, double = (Company.objects.get(pk=pk) for pk in made)
    pair = CompanyPair.objects.create(first=twin, second=double, reasons=["name"], weight=60)
    return firms.merge(loser=loser, root=root, by=by, at=at), pair


def of_everybody(there: "Objects") -> Kinds:
    by, at = there.marketer, there.at
    admin = there.askers["administrator"]
    campaign = Campaign.objects.get(
        pk=by_hand.add_campaign(values={"key": "zz-fair", "name": "Fair", "channel": "event"}, by=by, at=at)
    )
    other = Campaign.objects.get(
        pk=by_hand.add_campaign(values={"key": "zz-mail", "name": "Mail", "channel": "mail"}, by=by, at=at)
    )
    for one in (campaign, other):
        by_hand.add_spend(campaign=one, spent_on=clock.today(), amount=Decimal(10), label="stand", by=by, at=at)
    spent = {one.pk: Spend.objects.get(campaign=one).pk for one in (campaign, other)}
    rows = b"Email,Last name\na@zz.example,Zzfile\n"
    batch = importing.open_file(stream=io.BytesIO(rows), filename="fair.csv", by=by, at=at)
    tried = importing.open_file(stream=io.BytesIO(b"Email,Zz\na@zz.example,1\n"), filename="tried.csv", by=by, at=at)
    Import.objects.filter(pk=tried.pk).update(state="checked")  # its mapping is remembered
    root, loser, twin, double = (there.lead("merged", part) for part in ("Root", "Loser", "Twin", "Double"))
    gathered = Meeting.objects.ahead().latest("pk")
    merged = merge.merge(loser=loser, root=root, by=by, at=at)
    suggestion = MergeSuggestion.objects.create(first=twin, second=double, reasons=["email"], weight=90)
    joined, alike = _firms(by, at)
    run = Run.objects.create(job="night", business_date=date(2026, 3, 1), cutoff=at, state="done", started_at=at)
    mail = mails.send(kind="test", to="claire@demo.example", language="en", at=at, write=kinds.test_letter)
    deputy = deputies.name_deputy(
        signer=there.boss, deputy=there.lea, first=clock.today(), last=clock.today(), by=admin, at=at
    )
    invited, _link = invitations.invite(
        by=admin, at=at, email="new@zz.example", role="rep", side="sales", language="en", mail=False
    )
    key, _secret = tokens.issue(kind="write", name="site", by=admin, at=at)
    described = Persona.objects.latest("pk")
    draft = persona_drafts.copy(version=described.versions.latest("number"), by=by, at=at)
    talk = persona_evidence.add(
        persona=described,
        held_on=clock.today(),
        interviewer=by,
        source="A buyer",
        quote="",
        consented=False,
        by=by,
        at=at,
    )
    sold = Deal.objects.create(created_at=at, recorded_at=at, state="won", closed_at=at, key="zz-sold")
    proof = proofs.choose(persona=described, deal=sold, by=by, at=at)
    contract = Contract.objects.order_by("pk").first()
    definition = Paper.objects.filter(kind="definition").latest("pk")
    month, closed = f"{clock.today():%Y-%m}", BookClose.objects.filter(reopened=None).latest("month")
    firsts = {
        "company": there.firm.pk, "campaign": campaign.pk, "import": batch.pk, "mapping": tried.pk, "twins": suggestion.pk, "merge of companies by number": joined.pk, "pair of companies": alike.pk, "run": run.pk,
        "mail": mail.pk, "deputy": deputy.pk, "invitation": invited.pk, "key": key.pk, "person": there.karim.pk,
        "team": there.teams["South"].pk, "pool": there.pools["South"].pk, "replay": _replayed(there), "calendar": Calendar.objects.latest("pk").pk,
        "persona": described.pk, "draft": draft.pk, "interview": talk.pk, "proof": proof.pk, "definition": there.line.pk, "terms": contract.pk,
        "comment": comments.say(line=there.line, text="Too wide.", by=by, at=at).pk,
        "paper": definition.pk, "paper of words": glossary.propose(by=by, at=at).pk, "attribute": FieldDef.objects.filter(column="", name__startswith="x_", listing="").latest("pk").pk,
        "mail template": templates.save(template=None, name="First mail", persona=described, texts={"en": ("Hello", "Hello.")}, by=by, at=at).pk,
        "calling rule": CallingRule.objects.latest("pk").pk,
        "list": lead_lists.add(name="Fair", by=admin, at=at).pk,
    }  # fmt: skip
    found: Kinds = {kind: {"there": {"pk": pk}, "missing": {"pk": NONE}} for kind, pk in firsts.items()}
    number = there.line.versions.latest("number").number
    signed = contract.terms.latest("number").number
    return found | {
        "section of terms": {
            "there": {"pk": contract.pk, "key": "goal"}, "nothing": {"pk": contract.pk, "key": "nothing"},
            "missing": {"pk": NONE, "key": "goal"},
        },
        "signed terms": {
            "there": {"pk": contract.pk, "number": signed}, "nothing": {"pk": contract.pk, "number": 999},
            "missing": {"pk": NONE, "number": signed},
        },
        "cost": {
            "there": {"pk": campaign.pk, "spend_pk": spent[campaign.pk]},
            "crossed": {"pk": campaign.pk, "spend_pk": spent[other.pk]},
            "missing": {"pk": campaign.pk, "spend_pk": NONE}, "nothing": {"pk": NONE, "spend_pk": NONE},
        },
        "merge": {
            "there": {"pk": root.pk, "merge_pk": merged.pk},
            "crossed": {"pk": there.work["own"]["lead"], "merge_pk": merged.pk},
            "missing": {"pk": there.work["own"]["lead"], "merge_pk": NONE}, "nothing": {"pk": NONE, "merge_pk": NONE},
        },
        "merge of companies": {
            "there": {"pk": joined.root_id, "merge_pk": joined.pk},
            "crossed": {"pk": there.firm.pk, "merge_pk": joined.pk},
            "missing": {"pk": there.firm.pk, "merge_pk": NONE}, "nothing": {"pk": NONE, "merge_pk": NONE},
        },
        "two companies": {
            "there": {"pk": there.firm.pk, "other": joined.root_id},
            "missing": {"pk": there.firm.pk, "other": NONE}, "nothing": {"pk": NONE, "other": there.firm.pk},
        },
        "two leads": {
            "there": {"pk": there.work["own"]["lead"], "other": twin.pk},
            "missing": {"pk": there.work["own"]["lead"], "other": NONE}, "nothing": {"pk": NONE, "other": twin.pk},
        },
        "word": {"there": {"key": "reached"}, "missing": {"key": "no-such-word"}},
        "step of a persona": {
            "there": {"pk": described.pk, "step": "role"},
            "missing": {"pk": described.pk, "step": "dance"}, "nothing": {"pk": NONE, "step": "role"},
        },
        "step of a draft": {
            "there": {"pk": draft.pk, "step": "role"},
            "missing": {"pk": draft.pk, "step": "dance"}, "nothing": {"pk": NONE, "step": "role"},
        },
        "version": {
            "there": {"pk": there.line.pk, "number": number},
            "missing": {"pk": there.line.pk, "number": 999}, "nothing": {"pk": NONE, "number": number},
        },
        "duty": {
            "there": {"pk": there.karim.pk, "key": "handoffs"},
            "missing": {"pk": there.karim.pk, "key": "none-such"}, "nothing": {"pk": NONE, "key": "handoffs"},
        },
        "book": {
            "there": {"contract": contract.pk, "month": month},
            "missing": {"contract": contract.pk, "month": "2026-13"}, "nothing": {"contract": NONE, "month": month},
        },
        "closed book": {
            "there": {"contract": closed.contract_id, "month": f"{closed.month:%Y-%m}"},
            "missing": {"contract": closed.contract_id, "month": month}, "nothing": {"contract": NONE, "month": month},
        },
        "meeting": {"there": {"pk": gathered.pk}, "missing": {"pk": NONE}},
        "resolution": {"there": {"pk": Resolution.objects.latest("pk").pk}, "missing": {"pk": NONE}},
        "month of the api": {
            "there": {"pk": contract.pk, "month": month}, "missing": {"pk": NONE, "month": month},
        },
        "month": {"there": {"month": month}, "missing": {"month": "2026-13"}},
        "step of deals": {"there": {"code": "offer"}, "missing": {"code": "nosuch"}},
        "reason of a waiver": {"there": {"code": "data"}, "missing": {"code": "nosuch"}},
        "reason": {"there": {"code": "FIT-SIZE"}, "missing": {"code": "NO-SUCH"}},
        "number": {"there": {"key": "mql"}, "missing": {"key": "none-such"}},
        "names": {"there": {"kind": "source"}, "missing": {"kind": "none-such"}},
        "guide": {"there": {"role": "manager"}, "missing": {"role": "emperor"}},
    }  # fmt: skip


# --- what opens to whoever holds it


def of_secrets(there: "Objects") -> Kinds:
    admin, at = there.askers["administrator"], there.at
    told = {"by": admin, "at": at, "role": "rep", "side": "sales", "language": "en", "mail": False}
    _one, link = invitations.invite(email="held@zz.example", **told)
    back, shut = invitations.invite(email="shut@zz.example", **told)
    invitations.revoke(invitation=back, by=admin, at=at)
    _key, write = tokens.issue(kind="write", name="held", by=admin, at=at)
    gone, shut_key = tokens.issue(kind="write", name="shut", by=admin, at=at)
    tokens.revoke(token=gone, by=admin, at=at)
    _token, program = tokens.issue(kind="api", name="program", by=admin, at=at, user=admin, scopes=["measures.read"])
    off = _last(sending.off_address(there.karim, "assigned"))
    reset = resets.make_link(user=there.karim, by=admin, at=at).rstrip("/").rpartition("/")[2]
    uid, _dash, token = reset.partition("-")
    return {
        "invitation link": {
            "there": {"secret": _last(link)}, "shut": {"secret": _last(shut)}, "missing": {"secret": "x" * 32},
        },
        "write key": {
            "there": {"key": write}, "shut": {"key": shut_key}, "of a program": {"key": program}, "missing": {"key": "x" * 32},
        },
        "link of a mail": {"there": {"token": off}, "shut": {"token": off[:-2] + "xx"}, "missing": {"token": "x:y:z"}},
        "reset link": {"there": {"uidb36": uid, "key": token}, "missing": {"uidb36": uid, "key": "zz-zz"}},
        "link of the console": {"missing": {"code": "x" * 16}},
        "provider": {"missing": {"provider_id": "none-such"}},
        "figure": {"missing": {}},
        "second factor": {"missing": {}},  # nobody has an app or codes
        "call": {"there": {"call": "track"}},
    }  # fmt: skip


# --- what is one person's alone


def own(there: "Objects", key: str) -> Kinds:
    """Of each kind one of the asker, one of a mate of theirs, one of somebody else, and none."""
    owners = {"own": there.askers[key], "team": there.mates[key], "foreign": there.karim}
    makes: dict[str, Callable[..., int]] = {
        "notice": _notice, "file": _file, "session": _session, "view": _view, "passkey": _passkey,
    }  # fmt: skip
    found: Kinds = {}
    for kind, make in makes.items():
        found[kind] = {name: {"pk": make(there, owner, f"{key} {name}")} for name, owner in owners.items()}
        found[kind]["missing"] = {"pk": NONE}
    found["view"]["shared"] = {"pk": _view(there, there.karim, f"{key} shared", shared=True)}
    return found


def _notice(there: "Objects", owner: User, name: str) -> int:
    given = {
        "params": {"handoff": there.work["foreign"]["handoff"]},
        "at": there.at,
        "told_at": there.at,
        "shown": True,
    }
    return Notice.objects.create(user=owner, kind="assigned", about=f"zz {name}", **given).pk


def _file(there: "Objects", owner: User, name: str) -> int:
    made = ExportFile.objects.create(
        user=owner, name="leads", title=f"Zzfile {name}", verb="exports.fetch", subject="lead", address=f"/views/?{name}",
        format="csv", language="en", standing=export_files.standing(owner), secret=f"zz-{name}"[:32].replace(" ", "-"),
        state="done", asked_at=there.at, begun_at=there.at, ended_at=clock.now(), total=1, written=1, size=3,
    )  # fmt: skip
    export_files.folder()
    export_files.path_of(made).write_text("Zzrow")
    return made.pk


def _session(there: "Objects", owner: User, name: str) -> int:
    return UserSession.objects.create(user=owner, ip="127.0.0.1", session_key=f"zz-{name}"[:40], user_agent="Zz").pk


def _view(there: "Objects", owner: User, name: str, shared: bool = False) -> int:
    return SavedView.objects.create(
        user=owner, table="leads:deals", name=f"Zzview {name}", query="state=won", shared=shared
    ).pk


def _passkey(there: "Objects", owner: User, name: str) -> int:
    return Authenticator.objects.create(
        user=owner, type="webauthn", data={"name": f"Zzkey {name}", "credential": {}}
    ).pk


def _last(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]

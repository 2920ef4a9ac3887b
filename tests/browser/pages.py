"""Every address of the house, from the URL map: what it is, who opens it, and an example where it takes arguments.

`PAGES`: URL name → (role that opens it, example of its arguments). `DEEDS`: addresses that only take a POST, or answer no
page (files, fragments, programs). An address in neither fails the tests.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

Example = Callable[[], dict]


@dataclass(frozen=True)
class Page:
    """`role` is a key of accounts.people.POSITIONS, "" for somebody not signed in; `example()` gives the arguments
    (needs the database)."""

    name: str
    role: str
    example: Example = dict
    query: str | Callable[[], str] = ""

    def address(self) -> str:
        query = self.query if isinstance(self.query, str) else self.query()
        return reverse(self.name, kwargs=self.example()) + query


def _newest(model: str, field: str = "pk", **which) -> dict:
    from django.apps import apps

    return {"pk": apps.get_model(model).objects.filter(**which).order_by("-pk").values_list(field, flat=True)[0]}


def _costs() -> dict:
    from leads.models import Spend

    pk, campaign = Spend.objects.order_by("-pk").values_list("pk", "campaign_id")[0]
    return {"pk": campaign, "spend_pk": pk}


def _planned() -> dict:
    """A planned cost; one is planned where there is none."""
    from datetime import date
    from decimal import Decimal

    from leads.intake import means
    from leads.models import Campaign, PlannedCost
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    found = PlannedCost.objects.order_by("-pk").first()
    if found is None:
        by, campaign = User.objects.filter(role="marketer").order_by("pk")[0], Campaign.objects.order_by("-pk")[0]
        said = {"first_day": date(2026, 1, 1), "last_day": date(2026, 1, 31), "amount": Decimal(1000), "label": ""}
        found = means.plan_cost(campaign=campaign, **said, by=by, at=clock.now())
    return {"pk": found.pk}


def _ruled() -> bool:
    """Rules of links; one is adopted where there are none."""
    from leads.intake import means
    from leads.models import Campaign, LinkRules
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    if not LinkRules.objects.exists():
        by, campaign = User.objects.filter(role="marketer").order_by("pk")[0], Campaign.objects.order_by("-pk")[0]
        means.adopt_link_rules(rules=[{"source": "linkedin", "to": campaign.pk}], by=by, at=clock.now())
    return True


def _owed(**which) -> dict:
    """A handoff in the hands of the rep that is photographed."""
    from leads.models import HandoffState
    from smarketing.accounts.models import User

    rep = User.objects.filter(role="rep", is_active=True).order_by("pk")[0]
    found = HandoffState.objects.filter(rep=rep, is_open=True, **which).in_order()
    return {"pk": found.values_list("pk", flat=True)[0]}


def _own(model: str, **which) -> dict:
    """A row of the rep that is photographed."""
    from smarketing.accounts.models import User

    return _newest(model, rep=User.objects.filter(role="rep", is_active=True).order_by("pk")[0], **which)


def _accepted() -> dict:
    """A handoff that the rep accepted; one is accepted where there is none."""
    from leads.handoffs import decisions
    from leads.models import Handoff
    from smarketing.rows import clock

    try:
        return _owed(state="accepted")
    except IndexError:
        found = _owed(state="assigned")
        made = Handoff.objects.get(**found)
        decisions.accept(handoff=made, by=made.state_row.rep, at=clock.now())
        return found


def _template() -> dict:
    """A mail template for anybody; one is written where there is none."""
    from leads.mailing import templates
    from leads.models import MailTemplate
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    found = MailTemplate.objects.order_by("pk").first()
    if found is None:
        by = User.objects.filter(role="marketer").order_by("pk")[0]
        texts = {
            "fr": ("Votre projet, {{first_name|Madame, Monsieur}}", "Bonjour {{first_name|}},\nbien à vous, {{rep}}")
        }
        found = templates.save(template=None, name="First mail", persona=None, texts=texts, by=by, at=clock.now())
    return {"pk": found.pk}


def _mailed() -> dict:
    """A handoff of the rep, with a template to fill in."""
    _template()
    return _owed()


def _tried() -> dict:
    """An attempt of the rep on an open handoff; one is made where there is none."""
    from leads.handoffs import attempts
    from leads.models import Handoff
    from smarketing.rows import clock

    try:
        return _own("leads.Attempt", handoff__state_row__is_open=True)
    except IndexError:
        made = Handoff.objects.get(**_owed())
        by = made.state_row.rep
        return {
            "pk": attempts.log(handoff=made, by=by, at=clock.now(), channel="call", outcome="no_answer").pk,
        }


def _draft() -> dict:
    """A draft of a persona to come; one is begun where there is none."""
    from personas.definitions import persona_drafts
    from personas.models import PersonaVersion
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    try:
        return _newest("personas.PersonaDraft", persona=None)
    except IndexError:
        version, by = PersonaVersion.objects.order_by("pk")[0], User.objects.filter(role="marketer").order_by("pk")[0]
        return {"pk": persona_drafts.copy(version=version, by=by, at=clock.now()).pk}


def _waiver() -> dict:
    """A waiver that sales ask; one is asked where there is none."""
    from sla import waivers
    from sla.models import Clock, Waiver
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    found = Waiver.objects.filter(answer=None, side="sales").order_by("-pk").first()
    if found is None:
        by = User.objects.filter(role="manager", side="sales", is_active=True).order_by("pk")[0]
        last = Clock.objects.filter(state="missed").select_related("handoff").order_by("-month", "-due_at")[0]
        found = waivers.ask(handoff=last.handoff, clause_key=last.clause_key, reason="incident", by=by, at=clock.now())
    return {"pk": found.pk}


def _talk() -> dict:
    """An interview of the marketer that is photographed; one is noted where there is none."""
    from personas.definitions import persona_evidence
    from personas.models import Persona
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    try:
        return _newest("personas.PersonaInterview", by=by, back=None)
    except IndexError:
        said = {"held_on": clock.today(), "interviewer": by, "source": "Buyer", "quote": "", "consented": False}
        persona = Persona.objects.order_by("pk")[0]
        return {"pk": persona_evidence.add(persona=persona, by=by, at=clock.now(), **said).pk}


def _import() -> dict:
    """An import; a file of three rows, one of them bad, where there is none."""
    import io

    from leads.intake.importing import service
    from smarketing.rows import clock

    try:
        return _newest("leads.Import")
    except IndexError:
        rows = b"Email,Last name,Employees\na@x.example,A,12\nb@x.example,B,many\nc@x.example,C,7\n"
        return {"pk": service.open_file(stream=io.BytesIO(rows), filename="fair.csv", by=None, at=clock.now()).pk}


def _mapped() -> dict:
    """An import whose mapping is remembered; a file that was only checked, where there is none."""
    import tempfile
    from pathlib import Path

    from leads.intake.importing import service
    from smarketing.rows import clock

    try:
        return _newest("leads.Import", state="done")
    except IndexError:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fair.csv"
            path.write_text("Email,Last name\na@x.example,A\n")
            return {"pk": service.run(path=path, at=clock.now, kind="leads", dry=True).pk}


def _export() -> dict:
    """A large file that the photographed marketer asked for, half written."""
    from smarketing.accounts.models import User
    from smarketing.rows import clock
    from smarketing.web import export_files, exports
    from smarketing.web.models import ExportFile

    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    given = {"title": "Leads", "format": "csv", "address": "/leads/?sort=name&export=csv"}
    asked = ExportFile.objects.filter(user=by, address=given["address"]).last()
    one = asked or export_files.ask(
        by=by, at=clock.now(), export=exports.Export("leads", "leads.export", "lead"), **given
    )
    if one.state == "waiting":
        ExportFile.objects.filter(pk=one.pk).update(total=124_000, written=62_000, begun_at=clock.now())
    return {"pk": one.pk}


def _decided() -> dict:
    from leads.models import Decision
    from smarketing.accounts.models import User

    rep = User.objects.filter(role="rep", is_active=True).order_by("pk")[0]
    found = Decision.objects.filter(handoff__state_row__rep=rep, kind="accept").order_by("-pk")
    return {"pk": found.values_list("pk", flat=True)[0]}


def _closed_book() -> dict:
    """The newest closed month; without one, the month before the running one of some contract."""
    from datetime import timedelta

    from reporting.models import BookClose
    from sla.models import Contract
    from smarketing.rows import clock

    book = BookClose.objects.order_by("-month").first()
    month = book.month if book else clock.today().replace(day=1) - timedelta(days=1)
    return {
        "contract": book.contract_id if book else Contract.objects.values_list("pk", flat=True)[0],
        "month": f"{month:%Y-%m}",
    }


def _closed_month() -> dict:
    """The same month without its contract; some month where there is no contract yet."""
    try:
        return {"month": _closed_book()["month"]}
    except IndexError:
        return {"month": "2026-10"}


def _month_now() -> dict:
    """The running month of a contract."""
    from smarketing.rows import clock

    return _newest("sla.Contract") | {"month": f"{clock.today():%Y-%m}"}


def _invited() -> dict:
    """A fresh invitation's secret."""
    from smarketing.accounts import invitations
    from smarketing.rows import clock

    address = f"new-{secrets.token_hex(4)}@company.example"
    given = {"role": "rep", "side": "sales", "language": "en", "mail": False}
    _made, link = invitations.invite(by=None, at=clock.now(), email=address, **given)
    return {"secret": link.rstrip("/").rpartition("/")[2]}


def _late_rep() -> int:
    """The rep whose broken promise is the oldest."""
    from leads.models import HandoffState

    owed = HandoffState.objects.owed().filter(rep__is_active=True, due_at__isnull=False)
    return owed.order_by("due_at").values_list("rep", flat=True)[0]


def _owed_rep() -> int:
    """A rep who owes handoffs."""
    from leads.models import HandoffState

    return HandoffState.objects.owed().values_list("rep", flat=True)[0]


def _signer() -> dict:
    """Somebody who signs."""
    from smarketing.accounts.models import User

    return {"pk": User.objects.filter(signs=True, is_active=True).values_list("pk", flat=True)[0]}


def _mail() -> dict:
    from smarketing.notify import kinds, mails
    from smarketing.rows import clock

    return {
        "pk": mails.send(
            kind="test", to="claire@demo.example", language="en", at=clock.now(), write=kinds.test_letter
        ).pk
    }


def _off() -> dict:
    """What a link in a mail says by which a rep switches a kind off."""
    from smarketing.accounts.models import User
    from smarketing.notify import sending

    rep = User.objects.filter(role="rep", is_active=True).order_by("pk")[0]
    return {"token": sending.off_address(rep, "assigned").rstrip("/").rpartition("/")[2]}


def _told() -> dict:
    """No argument; a rep who owes something has notices afterwards, one of them seen."""
    from leads.models import HandoffState
    from smarketing.accounts.models import User
    from smarketing.notify.models import Notice
    from smarketing.rows import clock

    rep, at = User.objects.filter(role="rep", is_active=True).order_by("pk").first(), clock.now()
    for number, owed in enumerate(HandoffState.objects.owed_by(rep).in_order()[:3] if rep else ()):
        Notice.objects.get_or_create(
            user=rep, kind="assigned", about=f"handoff:{owed.pk}", shown=True, mail="",
            defaults={"params": {"handoff": owed.pk}, "at": at, "told_at": at, "seen_at": None if number else at},
        )  # fmt: skip
    return {}


def _handed() -> dict:
    """A lead that was handed over."""
    return {"pk": _newest("leads.Handoff", "lead_id")["pk"]}


def _judged() -> dict:
    """A lead that is judged by a definition."""
    from leads.models import Score

    judged = Score.objects.filter(track="live", lead__erased=False, lead__root_id=None).order_by("-lead_id")
    return {"pk": judged[0].lead_id}


def _disagreed() -> dict:
    """What a sales manager said against a criterion just now."""
    from leads.models import Score
    from leads.rights import disagreements
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    score = Score.objects.filter(lead=_judged()["pk"], track="live").select_related("lead", "version").latest("line_id")
    item = next((one for axis in ("fit", "engagement") for one in score.version.body[axis]["items"]), {"key": ""})
    by = User.objects.filter(role="manager", side="sales", is_active=True).order_by("pk")[0]
    made = disagreements.say(
        lead=score.lead, version=score.version, criterion=item["key"], reason="not_a_sign", text="Students read it, too.",
        by=by, at=clock.now(),
    )  # fmt: skip
    return {"pk": made.pk}


def _sent_back() -> dict:
    """A lead that a rep gave back just now, so that marketing may contest it."""
    from leads.handoffs import attempts, decisions
    from leads.models import HandoffState
    from smarketing.rows import clock

    state = HandoffState.objects.owed().filter(lead__erased=False, lead__opted_out=False).order_by("-pk")[0]
    given = {"handoff": state.handoff, "by": state.rep, "at": clock.now()}
    attempts.log(channel="call", outcome="reached", **given)
    return {"pk": decisions.give_back(reason="INT-NONE", **given).pk}


def _contested() -> dict:
    """What a marketer contests just now."""
    from leads.models import Decision
    from leads.rights import contests
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    decision = Decision.objects.get(**_sent_back())
    made = contests.contest(decision=decision, text="They have a project.", proof="story", by=by, at=clock.now())
    return {"pk": made.pk}


def _away() -> dict:
    """No argument; a rep is away until next week afterwards."""
    from leads.handoffs import absences
    from leads.handoffs.problems import Refusal
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    rep, today = User.objects.get(pk=_owed_rep()), clock.today()
    with contextlib.suppress(Refusal):
        absences.say(rep=rep, first=today, last=today + timedelta(days=7), by=rep, at=clock.now())
    return {}


def _said(name: str) -> Example:
    """A lead of whom a consent and a note were written down just now."""

    def example() -> dict:
        from leads.models import Lead
        from leads.rights import consent, notes
        from smarketing.accounts.models import User
        from smarketing.rows import clock

        lead = Lead.objects.filter(opted_out=False, erased=False, root_id=None).order_by("-pk")[0]
        deed = {
            "lead": lead,
            "by": User.objects.filter(role="marketer", is_active=True).order_by("pk")[0],
            "at": clock.now(),
        }
        if name == "note":
            return {"pk": lead.pk, "note_pk": notes.write(text="Prefers to be called on Tuesdays.", **deed).pk}
        words = {"source": "Salon", "text": "I agree to be written to.", "said_on": None}
        how = {"kind": "given", "purpose": "newsletter", "channel": "mail", "basis": "consent"}
        return {"pk": lead.pk, "consent_pk": consent.say(**deed, **words, **how).pk}

    return example


def _merged() -> dict:
    """A merge made just now, of the two newest leads without a handoff."""
    from leads.models import Lead
    from leads.twins import merge
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    newest = list(Lead.objects.living().filter(handoffs=None).order_by("-pk")[:2])
    loser, root = newest[0], newest[1]
    made = merge.merge(
        loser=loser,
        root=root,
        by=User.objects.filter(role="marketer", is_active=True).order_by("pk")[0],
        at=clock.now(),
    )
    return {"pk": root.pk, "merge_pk": made.pk}


def _two() -> dict:
    """Two leads to compare, one of them with sales."""
    from leads.models import Lead

    other = Lead.objects.living().filter(handoffs=None).order_by("-pk").values_list("pk", flat=True)[0]
    return {"pk": _owed_lead(), "other": other}


def _owed_lead() -> int:
    from leads.models import HandoffState

    return HandoffState.objects.owed().values_list("lead", flat=True)[0]


def _edited() -> dict:
    """A value that was just written by hand."""
    from leads.intake import by_hand
    from leads.models import AttributeChange, Company
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    company = Company.objects.exclude(name="").order_by("-pk")[0]
    said = {name: getattr(company, name) for name in ("name", "domain", "industry", "country")}
    said["employees"] = (company.employees or 0) + 1
    by_hand.edit_company(
        company=company,
        values=said,
        by=User.objects.filter(role="marketer", is_active=True).order_by("pk")[0],
        at=clock.now(),
    )
    return {"pk": AttributeChange.objects.filter(subject="company", by__isnull=False).order_by("-pk")[0].pk}


def _added(subject: str) -> Example:
    """A lead, company or campaign that was just added by hand."""

    def example() -> dict:
        from leads.intake import by_hand
        from smarketing.accounts.models import User
        from smarketing.rows import clock

        how = {"by": User.objects.filter(role="marketer", is_active=True).order_by("pk")[0], "at": clock.now()}
        name = f"New {secrets.token_hex(3)}"
        if subject == "lead":
            return {"pk": by_hand.add_lead(values={"last_name": name}, company={}, **how)}
        if subject == "company":
            return {"pk": by_hand.add_company(values={"name": name}, **how)}
        return {"pk": by_hand.add_campaign(values={"key": name, "name": name}, **how)}

    return example


def _changed_deal(what: str) -> Example:
    """What was just written of a deal: a value, or a contact."""

    def example() -> dict:
        from leads.handoffs import deals
        from leads.models import AttributeChange, Deal, DealContact
        from smarketing.accounts.models import User
        from smarketing.rows import clock

        deal = Deal.objects.standing().filter(lead__isnull=False, state="open").order_by("-pk")[0]
        boss = User.objects.filter(role="manager", side="sales")[0]
        title, roles = f"{deal.title} {secrets.token_hex(2)}", {deal.lead_id: "pays"}
        if deals.contacts_of(deal) == roles:
            roles = {deal.lead_id: "decides"}
        deals.change_deal(deal=deal, by=boss, at=clock.now(), title=title, amount=deal.amount, contacts=roles)
        rows = AttributeChange.objects.filter(subject="deal", source="hand") if what == "value" else DealContact.objects
        return {"pk": rows.order_by("-pk").values_list("pk", flat=True)[0]}

    return example


def _two_firms() -> dict:
    """Two companies to compare, the newer one younger."""
    first, second = _firms_made()
    return {"pk": first, "other": second}


def _firms_made() -> tuple[int, int]:
    from leads.intake import by_hand
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    names = [f"{name} {secrets.token_hex(4)}" for name in ("Vela", "Vela SAS")]
    first, second = (by_hand.add_company(values={"name": name}, by=by, at=clock.now()) for name in names)
    return first, second


def _merged_firms() -> dict:
    """A merge of two companies made just now; the newer one stays."""
    from leads.models import Company
    from leads.twins import firms
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    loser, root = (Company.objects.get(pk=pk) for pk in _firms_made())
    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    return {"pk": root.pk, "merge_pk": firms.merge(loser=loser, root=root, by=by, at=clock.now()).pk}


def _apart_firms() -> dict:
    """Two companies that were just said to be two."""
    from leads.models import CompanyPair
    from leads.twins import firms_likely
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    first, second = _firms_made()
    made = CompanyPair.objects.create(first_id=first, second_id=second, reasons=["name"], weight=60)
    by = User.objects.filter(role="marketer", is_active=True).order_by("pk")[0]
    firms_likely.PAIRS.dismiss_many(pairs=[made], by=by, at=clock.now())
    return {"pk": made.pk}


def _apart() -> dict:
    """Two leads that were just said to be two people."""
    from leads.models import Lead, MergeSuggestion
    from leads.twins import likely
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    two = Lead.objects.living().order_by("pk")[:2]
    made, _new = MergeSuggestion.objects.get_or_create(
        first=two[0], second=two[1], defaults={"reasons": ["email"], "weight": 100}
    )
    likely.PAIRS.dismiss(
        pair=made, by=User.objects.filter(role="marketer", is_active=True).order_by("pk")[0], at=clock.now()
    )
    return {"pk": made.pk}


def _replayed() -> dict:
    """What the newest definition's draft would have done, replayed just now."""
    from leads.replay import runs
    from personas.models import DefinitionLine
    from smarketing.rows import clock

    one = runs.ask(DefinitionLine.objects.order_by("-pk")[0], clock.now())
    runs.work(one)
    return {"pk": one.pk}


def _kept() -> dict:
    """Somebody who was just kept although the time agreed is over."""
    from leads.models import ErasureProposal, Lead
    from leads.rights import retention
    from smarketing.accounts.models import User
    from smarketing.rows import clock

    lead, at = Lead.objects.living().filter(handoffs=None).order_by("pk")[0], clock.now()
    ErasureProposal.objects.filter(lead=lead).delete()
    made = ErasureProposal.objects.create(lead=lead, purpose="prospect", last_contact_at=at, proposed_at=at)
    by = User.objects.filter(role="administrator", is_active=True)[0]
    retention.keep(proposals=[made], reason="A client soon.", by=by, at=at)
    return {"pk": made.pk}


def _explored() -> str:
    """A year by source beside the year before."""
    from smarketing.rows import clock

    year = clock.today().year
    return f"?measure=sql_rate&by=source&from={year}-01-01&to={year + 1}-01-01&from2={year - 1}-01-01&to2={year}-01-01"


PAGES = (
    Page("leads:queue", "rep"),
    Page("leads:focus", "rep", _owed),
    Page("leads:snooze", "rep", _owed),
    Page("leads:skip", "rep", _owed),
    Page("leads:mail_fill", "rep", _mailed),
    Page("leads:mails", "marketer"),
    Page("leads:mail_add", "marketer"),
    Page("leads:mail_edit", "marketer", lambda: _template()),
    Page("sla:pause", "rep", _owed),
    Page("leads:refuse", "rep", lambda: _owed(state="assigned")),
    Page("leads:give_back", "rep", _accepted),
    Page("leads:qualify", "rep", _owed),
    Page("leads:open_deal", "rep", _owed),
    Page("leads:undo_attempt", "rep", _tried),
    Page("leads:undo_decision", "rep", _decided),
    Page("leads:deal", "rep", lambda: _own("leads.Deal", state="open")),
    Page("leads:list", "marketer"),
    Page("leads:add", "marketer"),
    Page("leads:companies", "rep"),
    Page("leads:deals", "manager-sales"),
    Page("leads:bulk_give", "manager-sales", query="?all=1&stage=mql"),
    Page("leads:bulk_give_undo", "manager-sales", query="?at=0"),
    Page("leads:bulk_campaign", "marketer", query="?all=1&stage=mql"),
    Page("leads:bulk_campaign_undo", "marketer", query="?at=0"),
    Page("leads:bulk_list", "marketer", query="?all=1&stage=mql"),
    Page("leads:bulk_list_undo", "marketer", query="?at=0"),
    Page("leads:lead_lists", "marketer"),
    Page("leads:lead_list_add", "marketer"),
    Page("leads:bulk_companies", "marketer", query="?all=1&q=a"),
    Page("leads:bulk_companies_undo", "marketer", query="?at=0"),
    Page("leads:bulk_account_reps", "manager-sales", query="?all=1&q=a"),
    Page("leads:bulk_account_reps_undo", "manager-sales", query="?at=0"),
    Page("leads:bulk_channel", "marketer", query="?all=1"),
    Page("leads:bulk_channel_undo", "marketer", query="?at=0"),
    Page("leads:bulk_end", "manager-marketing", query="?all=1"),
    Page("leads:bulk_end_undo", "marketer", query="?at=0"),
    Page("leads:bulk_hand_on", "manager-sales", query="?all=1"),
    Page("leads:bulk_hand_on_undo", "manager-sales", query="?at=0"),
    Page("leads:bulk_lose", "manager-sales", query="?all=1"),
    Page("leads:bulk_lose_undo", "rep", query="?at=0"),
    Page("leads:bulk_dismiss", "marketer", query="?all=1"),
    Page("leads:bulk_dismiss_undo", "marketer", query="?at=0"),
    Page("leads:bulk_import_stop", "marketer", query="?all=1"),
    Page("leads:bulk_import_undo", "marketer", query="?all=1"),
    Page("leads:bulk_import_drop", "marketer", query="?all=1"),
    Page("leads:bulk_mapping_forget", "marketer", query="?all=1"),
    Page("leads:bulk_mapping_remember", "marketer", query="?all=1"),
    Page("leads:bulk_costs_back", "manager-marketing", query="?all=1"),
    Page("leads:bulk_time_back", "manager-marketing", query="?all=1"),
    Page("leads:bulk_kept_back", "administrator", query="?all=1&state=kept"),
    Page("leads:bulk_suppression_off", "administrator", query="?all=1"),
    Page("leads:bulk_rule", "manager-sales", query="?all=1"),
    Page("leads:bulk_answer", "marketer", query="?all=1"),
    Page("personas:bulk_review", "marketer", query="?all=1"),
    Page("personas:bulk_retire", "marketer", query="?all=1"),
    Page("sla:bulk_consent", "manager-sales", query="?all=1"),
    Page("sla:bulk_refuse", "manager-marketing", query="?all=1"),
    Page("sla:bulk_withdraw", "manager-sales", query="?all=1"),
    Page("reporting:bulk_tell", "manager-sales", query="?all=1"),
    Page("reporting:bulk_cancel", "manager-sales", query="?all=1"),
    Page("reporting:bulk_agenda", "marketer", query="?all=1"),
    Page("reporting:bulk_remarks_back", "manager-sales", query="?all=1"),
    Page("jobs:bulk_again", "administrator", query="?all=1"),
    Page("exports_stop", "marketer", query="?all=1"),
    Page("exports_again", "marketer", query="?all=1"),
    Page("accounts:sessions_some_end", "rep", query="?all=1"),
    Page("accounts:invitations_again", "administrator", query="?all=1"),
    Page("accounts:invitations_back", "administrator", query="?all=1"),
    Page("accounts:keys_revoke", "administrator", query="?all=1"),
    Page("leads:queue_give", "manager-sales", query="?all=1"),
    Page("leads:queue_give_undo", "manager-sales", query="?at=0"),
    Page("leads:lead", "marketer", lambda: {"pk": _newest("leads.Lead", handoffs=None)["pk"]}, query="?would=now"),
    Page("leads:lead_edit", "marketer", lambda: _newest("leads.Lead")),
    Page("leads:consent", "marketer", _handed),
    Page("leads:consent_back", "marketer", _said("consent")),
    Page("leads:opposition", "marketer", _handed),
    Page("leads:export", "administrator", _handed),
    Page("leads:erase", "administrator", lambda: _newest("leads.Lead", handoffs=None)),
    Page("leads:retention", "administrator"),
    Page("leads:retention_keep", "administrator", query="?all=1"),
    Page("leads:retention_erase", "administrator", query="?all=1"),
    Page("leads:twins", "marketer"),
    Page("leads:merge", "marketer", _handed),
    Page("leads:merge_with", "marketer", _two),
    Page("leads:unmerge", "marketer", _merged),
    Page("leads:firm_twins", "marketer"),
    Page("leads:firm_merge", "marketer", lambda: {"pk": _two_firms()["pk"]}, query="?q=vela"),
    Page("leads:firm_merge_with", "marketer", _two_firms),
    Page("leads:firm_unmerge", "marketer", _merged_firms),
    Page("leads:firm_twins_back", "marketer", _apart_firms),
    Page("leads:bulk_dismiss_firms", "marketer", query="?all=1"),
    Page("leads:bulk_dismiss_firms_undo", "marketer", query="?at=0"),
    Page("leads:note", "marketer", _handed),
    Page("leads:hand_over", "marketer", _handed),
    Page("leads:praise", "marketer", _handed),
    Page("leads:disagree", "manager-sales", _judged),
    Page("leads:contests", "marketer", query=lambda: _contested() and ""),
    Page("leads:contest", "marketer", _sent_back),
    Page("leads:contest_rule", "manager-sales", _contested),
    Page("leads:absences", "manager-sales", _away),
    Page("leads:relief", "manager-sales", lambda: {"pk": _owed_rep()}),
    Page("leads:dry_run", "manager-sales"),
    Page("leads:disagreements", "marketer", query=lambda: _disagreed() and ""),
    Page("leads:disagreement_answer", "marketer", lambda: _disagreed()),
    Page("leads:note_back", "marketer", _said("note")),
    Page("leads:suppression", "administrator"),
    Page("leads:company_add", "marketer"),
    Page("leads:company_edit", "marketer", lambda: _newest("leads.Company")),
    Page("leads:charge_back", "manager-sales", lambda: _newest("leads.Assignment", handoff__state_row__is_open=True)),
    Page("leads:change_back", "marketer", _edited),
    Page("leads:lead_back", "marketer", _added("lead")),
    Page("leads:company_back", "marketer", _added("company")),
    Page("leads:campaign_back", "marketer", _added("campaign")),
    Page("leads:deal_change_back", "manager-sales", _changed_deal("value")),
    Page("leads:deal_contact_back", "manager-sales", _changed_deal("contact")),
    Page("leads:twins_back", "marketer", _apart),
    Page("leads:retention_back", "administrator", _kept),
    Page("leads:open_deal_on_lead", "manager-sales", _handed),
    Page("leads:deal_back", "manager-sales", lambda: _newest("leads.Deal", state="open")),
    Page("leads:company", "rep", lambda: _newest("leads.Company")),
    Page("leads:matching", "marketer", query=lambda: f"?of=draft:{_newest('personas.DefinitionLine')['pk']}&what=mql"),
    Page("leads:replayed", "marketer", _replayed, query="?what=draft.mql"),
    Page("leads:campaigns", "marketer"),
    Page("leads:campaign_add", "marketer"),
    Page("leads:campaign", "marketer", lambda: _newest("leads.Campaign")),
    Page("leads:campaign_edit", "marketer", lambda: _newest("leads.Campaign")),
    Page("leads:spend_back", "marketer", _costs),
    Page("leads:spend_change", "marketer", _costs),
    Page("leads:links", "marketer", query=lambda: _ruled() and ""),
    Page("leads:time", "manager-marketing"),
    Page("leads:campaign_plan_cost", "marketer", lambda: _newest("leads.Campaign")),
    Page("leads:campaign_merge", "marketer", lambda: _newest("leads.Campaign")),
    Page("leads:plan_means_back", "marketer", _planned),
    Page("reporting:attribution", "manager-marketing"),
    Page("reporting:attribution_settings", "manager-marketing"),
    Page("reporting:journey", "manager-marketing", lambda: _newest("leads.Deal", state="won")),
    Page("leads:imports", "marketer"),
    Page("leads:import_new", "marketer"),
    Page("leads:mappings", "marketer"),
    Page("leads:mapping", "marketer", _mapped),
    Page("leads:import", "marketer", _import),
    Page("leads:attributes", "administrator"),
    Page("leads:attribute", "manager-marketing", lambda: _newest("personas.FieldDef", column="")),
    Page("leads:attribute_rows", "administrator", lambda: _newest("personas.FieldDef", column="")),
    Page("leads:reasons", "manager-sales"),
    Page("leads:reason", "administrator", lambda: {"code": "FIT-SIZE"}),
    Page("leads:calling", "manager-sales"),
    Page("leads:calling_rule", "administrator", lambda: _newest("leads.CallingRule")),
    Page("leads:reason_rows", "manager-sales", lambda: {"code": "price"}),
    Page("leads:pools", "manager-sales"),
    Page("leads:sales_time", "manager-sales"),
    Page("leads:pool", "manager-sales", lambda: _newest("leads.Pool")),
    Page("personas:home", "marketer"),
    Page("personas:line_new", "marketer"),
    Page("personas:definition", "marketer", lambda: _newest("personas.DefinitionLine")),
    Page("personas:history", "marketer", lambda: _newest("personas.DefinitionLine")),
    Page("personas:compare", "marketer", lambda: _newest("personas.DefinitionLine")),
    Page("personas:retire", "manager-sales", lambda: _newest("personas.DefinitionLine")),
    Page("personas:list", "viewer"),
    Page("personas:glossary", "viewer"),
    Page("personas:glossary_draft", "marketer"),
    Page("personas:glossary_new", "rep"),
    Page("personas:glossary_term", "manager-sales", lambda: {"key": "reached"}),
    Page("personas:glossary_history", "rep"),
    Page("personas:glossary_paper", "marketer", lambda: _newest("agreements.Paper", kind="glossary")),
    Page("personas:persona_new", "marketer"),
    Page("personas:persona", "rep", lambda: _newest("personas.Persona")),
    Page("personas:persona_edit", "marketer", lambda: _newest("personas.Persona")),
    Page("personas:persona_step", "manager-sales", lambda: _newest("personas.Persona") | {"step": "check"}),
    Page("personas:draft", "marketer", lambda: _draft() | {"step": "objectives"}),
    Page("personas:persona_compare", "rep", lambda: _newest("personas.Persona")),
    Page("personas:persona_print", "viewer", lambda: _newest("personas.Persona", negative=False)),
    Page("personas:interview", "marketer", lambda: _newest("personas.Persona")),
    Page("personas:interview_back", "marketer", lambda: _talk()),
    Page("personas:order", "marketer"),
    Page("personas:traits", "administrator"),
    Page("leads:advice", "manager-marketing"),
    Page("personas:paper", "manager-sales", lambda: _newest("agreements.Paper", kind="definition")),
    Page("reporting:today", "marketer"),
    Page("reporting:funnel", "manager-marketing", query="?by=source"),
    Page("reporting:quality", "manager-sales"),
    Page("reporting:explore", "marketer", query=_explored),
    Page("reporting:changed", "viewer"),
    Page("reporting:personas", "manager-marketing"),
    Page("reporting:loop", "viewer"),
    Page("reporting:book", "manager-marketing", _closed_book),
    Page("reporting:meetings", "manager-marketing"),
    Page("reporting:meeting_new", "manager-sales"),
    Page("reporting:meeting", "manager-marketing", lambda: _newest("reporting.Meeting", closed=None)),
    Page("reporting:meeting_edit", "manager-sales", lambda: _newest("reporting.Meeting", closed=None)),
    Page("reporting:meeting_print", "viewer", lambda: _newest("reporting.Meeting", closed__isnull=False)),
    Page("reporting:meeting_answer", "rep", lambda: _newest("reporting.Meeting", closed=None)),
    Page("reporting:resolution_new", "manager-marketing", lambda: _newest("reporting.Meeting", closed=None)),
    Page("reporting:resolutions", "marketer"),
    Page("reporting:resolution", "manager-sales", lambda: _newest("reporting.Resolution")),
    Page("reporting:remarks", "rep"),
    Page("reporting:remark_new", "marketer"),
    Page("reporting:remark", "marketer", lambda: _newest("leads.Remark", "note_id", about="general")),
    Page("reporting:remark_back", "manager-marketing", lambda: _newest("leads.Remark", "note_id", about="general")),
    Page("sla:follow_up", "manager-sales"),
    Page("sla:month", "viewer", _closed_month),
    Page("sla:months", "viewer"),
    Page("sla:team", "manager-sales"),
    Page("sla:team_late", "manager-sales", lambda: {"pk": _late_rep()}),
    Page("sla:waiver_reasons", "manager-sales"),
    Page("leads:deal_steps", "manager-marketing"),
    Page("leads:deal_step", "administrator", lambda: {"code": "offer"}),
    Page("sla:waiver_reason", "administrator", lambda: {"code": "data"}),
    Page("sla:own", "rep"),
    Page("sla:present", "manager-marketing", _month_now),
    Page("sla:print", "rep", _month_now),
    Page("sla:review", "manager-sales", lambda: _newest("sla.Contract")),
    Page("sla:remarks", "marketer", _month_now),
    Page("sla:contracts", "marketer"),
    Page("sla:waivers", "manager-sales"),
    Page("sla:waiver", "manager-marketing", _waiver),
    Page("sla:goal", "manager-marketing", query="?revenue=1000000&share=60&deal=20000&won=5&months=12"),
    Page("sla:new", "manager-marketing"),
    Page("sla:terms", "manager-marketing", lambda: _newest("sla.Contract")),
    Page("sla:guided", "manager-marketing"),
    Page("sla:compare", "rep", lambda: _newest("sla.Contract")),
    Page("sla:draft", "manager-marketing", lambda: _newest("sla.Contract")),
    Page("sla:draft_section", "manager-sales", lambda: _newest("sla.Contract") | {"key": "goal"}),
    Page("measures:rows", "viewer", lambda: {"key": "mql"}),
    Page("help", "rep"),
    Page("help_role", "marketer", lambda: {"role": "manager"}),
    Page("help_words", "viewer"),
    Page("help_keys", "rep"),
    Page("measures:numbers", "manager-sales"),
    Page("measures:docs", "administrator"),
    Page("calendars:list", "administrator"),
    Page("calendars:add", "administrator"),
    Page("calendars:calendar", "administrator", lambda: _newest("calendars.Calendar")),
    Page("jobs:health", "administrator"),
    Page("jobs:runs", "manager-marketing"),
    Page("jobs:run", "administrator", lambda: _newest("jobs.Run")),
    Page("views", "marketer"),
    Page("exports", "marketer"),
    Page("export", "marketer", _export),
    Page("search", "marketer", query="?q=ma"),
    Page("accounts:languages", "administrator"),
    Page("accounts:company", "administrator"),
    Page("accounts:profile", "rep"),
    Page("accounts:settings", "administrator"),
    Page("accounts:people", "administrator"),
    Page("accounts:invite", "administrator"),
    Page("accounts:invitations", "administrator"),
    Page("accounts:people_change", "administrator", query="?all=1"),
    Page("accounts:people_off", "administrator", query="?all=1"),
    Page("accounts:invitation", "", _invited),
    Page("start:door", ""),
    Page("start:begin", "", lambda: {"code": "worn-out"}),
    Page("notify:notices", "rep", _told),
    Page("notify:choices", "manager-sales"),
    Page("notify:off", "", _off),
    Page("notify:mails", "administrator"),
    Page("notify:mails_again", "administrator", query="?all=1"),
    Page("notify:mail", "administrator", _mail),
    Page("accounts:person", "administrator", _signer),
    Page("accounts:person_leave", "administrator", lambda: {"pk": _owed_rep()}),
    Page("accounts:sign_in", "administrator"),
    Page("accounts:sessions", "rep"),
    Page("account_login", ""),
    Page("account_signup", ""),
    Page("account_inactive", ""),
    Page("account_reset_password", ""),
    Page("account_reset_password_done", ""),
    Page("account_reset_password_from_key", "", lambda: {"uidb36": "1", "key": "worn-out"}),
    Page("account_reset_password_from_key_done", ""),
    Page("account_change_password", "rep"),
    Page("account_logout", "rep"),
    Page("account_reauthenticate", "rep"),
    Page("mfa_index", "rep"),
    Page("socialaccount_login_cancelled", ""),
    Page("accounts:teams", "administrator"),
    Page("accounts:team", "administrator", lambda: _newest("accounts.Team")),
    Page("accounts:keys", "administrator"),
    Page("accounts:audit", "administrator"),
    Page("agreements:papers", "manager-sales"),
    Page("agreements:paper", "manager-sales", lambda: _newest("agreements.Paper")),
)
DEEDS = {
    "home", "healthz", "readyz", "view_save", "view_change", "list_columns", "palette",
    "export_progress", "export_fetch", "export_stop", "export_again",
    "accounts:language", "accounts:theme", "accounts:demo_switch", "accounts:person_reset", "accounts:key_revoke",
    "accounts:invitation_renew", "accounts:invitation_revoke", "accounts:person_hand_on", "accounts:person_return",
    "accounts:deputy_name", "accounts:deputy_end",
    "accounts:sessions_end", "accounts:session_end", "accounts:factors_remove",
    # behind a password asked again, or a step of signing in: tests/browser/test_sign_in.py looks at them
    "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_login_webauthn", "socialaccount_signup",
    "socialaccount_login_error",
    "openid_connect_login", "openid_connect_callback",
    "notify:test", "notify:mail_page", "notify:again", "notify:open", "notify:bell", "notify:see", "notify:see_all",
    "agreements:sign",
    "manifest", "service_worker", "leads:take", "leads:wake", "leads:company_rep", "leads:queue_order", "leads:queue_pulse", "leads:mail_retire", "leads:reassign", "leads:attempt", "leads:accept",
    "leads:absence_end", "leads:step_deal", "leads:api_routing", "leads:api_contests", "leads:api_queue",
    "leads:change_deal", "leads:win_deal", "leads:lose_deal", "leads:reopen_deal",
    "leads:collect", "leads:browser_settings",
    "known", "leads:twins_dismiss", "leads:firm_twins_dismiss", "leads:api_firm_merges", "leads:api_firm_unmerge", "leads:campaign_spend", "leads:import_choose", "leads:import_apply", "leads:import_stop", "leads:import_undo", "leads:import_progress",
    "leads:mapping_forget", "leads:mapping_remember",
    "leads:import_rejected", "leads:import_mapping",
    "measures:list", "measures:one", "measures:schema", "sla:api_contracts", "sla:api_month", "sla:api_waivers", "sla:signed_file", "sla:draft_check", "sla:draft_away", "sla:resume", "sla:ask", "leads:api_lead", "leads:api_grade", "leads:api_would", "leads:api_resembles",
    "personas:api_personas", "personas:api_persona", "personas:api_versions", "reporting:api_coverage",
    "leads:api_changes", "leads:api_history",
    "leads:api_disagreements", "personas:api_criteria", "personas:api_catalogue",
    "leads:api_every_disagreement", "leads:api_answer", "leads:api_hand_over", "leads:api_lists", "leads:api_list",
    "personas:api_definitions", "personas:api_definition", "personas:api_definition_versions", "personas:api_definition_version",
    "personas:api_in_force", "personas:api_differences", "personas:api_comments", "personas:api_settled", "personas:api_taken_back",
    "leads:replay", "leads:try", "reporting:explore_values", "leads:replay_again", "leads:api_months",
    "personas:act", "personas:row", "personas:undo", "personas:propose", "personas:counts", "personas:persona_counts", "personas:version",
    "personas:glossary_words", "personas:glossary_propose", "personas:api_glossary", "personas:api_glossary_versions",
    "personas:comment", "personas:comment_change", "personas:backlog", "personas:observed", "personas:again", "personas:ending",
    "personas:at_criterion",
    "personas:persona_act", "personas:draft_away", "leads:persona_deal", "leads:persona_deal_out", "personas:agree",
    "leads:reason_do", "leads:calling_delete", "sla:waiver_reason_do", "leads:deal_step_do", "leads:attribute_do", "leads:lead_list", "leads:lead_list_do", "leads:pool_do", "jobs:metrics", "jobs:start", "jobs:again", "jobs:demo_clock", "jobs:demo_way",
    "reporting:api_attribution", "leads:time_rate", "leads:time_loose",
    # the same page as that of a plan
    "leads:time_means_back", "leads:merge_means_back", "leads:spend_means_back",
    "reporting:close", "reporting:reopen", "reporting:agenda_add", "reporting:meeting_do", "reporting:meeting_minutes",
    "reporting:meeting_calendar", "reporting:resolution_do",
    "reporting:api_meetings", "reporting:api_meeting", "reporting:api_resolutions", "reporting:api_remarks", "sla:plan", "sla:hold_review", "sla:evidence_terms", "sla:evidence_facts",
}  # fmt: skip


def named(patterns=None, space: str = "") -> Iterator[tuple[str, Callable]]:
    """(name with its namespace, view) of every address of our own."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", pattern.callback
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named(pattern.url_patterns, inner)


def unlisted() -> list[str]:
    """Names of the URL map that neither list holds, and names listed that the map does not hold."""
    real = {name for name, _view in named()}
    listed = {page.name for page in PAGES} | DEEDS
    return sorted(f"{name}: put it into tests/browser/pages.py" for name in real - listed) + sorted(
        f"{name}: there is no such address" for name in listed - real
    )


def standing() -> list[Page]:
    """Pages whose address exists now."""
    out = []
    for page in PAGES:
        try:
            page.address()
        except (NoReverseMatch, IndexError):
            continue
        out.append(page)
    return out

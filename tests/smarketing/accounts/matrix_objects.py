"""Objects made on purpose for the matrix: of each kind one that is one's own, of the team, of somebody else, and none.

`Objects.kinds`: kind → class → the arguments that name it in an address. Classes of what sales works on are seen from
the rep Lea: `own`, `pool` (waits in hers), `team` (of a rep of her team), `foreign` (of another team's), `elsewhere`
(waits in another team's pool), `left` (hers until a manager gave it away), `crossed` (a part of somebody else's under
an address of her own), `missing`. Every lead is marked: Zz and its class stand in its name, address, notes and deals.
"""

from datetime import timedelta

from django.db import transaction

from leads.handoffs import attempts, deals, decisions, handing, routing, states
from leads.intake import by_hand
from leads.models import (
    Assignment,
    AttributeChange,
    Company,
    Disagreement,
    Handoff,
    HandoffState,
    Lead,
    Pool,
    PoolMember,
)
from leads.rights import consent, notes
from personas.models import DefinitionLine
from reporting.meetings import remarks
from smarketing.accounts.models import Team, User
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.people import person
from tests.smarketing.accounts import matrix_others as others
from tests.smarketing.accounts.matrix_table import NONE, WORK, Kinds

ASKERS = {
    "marketer": ("marketer", None), "rep": ("rep", None), "manager-marketing": ("manager", "marketing"),
    "manager-sales": ("manager", "sales"), "administrator": ("administrator", None), "viewer": ("viewer", None),
}  # fmt: skip


def mark(name: str) -> str:
    """What stands in every personal value of a lead of this class."""
    return f"Zz{name}"


class Objects:
    """The company's people and what they have. `askers`: position → who asks; `personal`: position → kinds of their own."""

    def __init__(self) -> None:
        self.at = clock.now() - timedelta(hours=2)
        self.teams = {name: Team.objects.create(name=name, side="sales") for name in ("North", "South")}
        self.askers = {key: person(f"asks {key}", *place, signs=True, language="en") for key, place in ASKERS.items()}
        self.lea, self.boss, self.marketer = (self.askers[one] for one in ("rep", "manager-sales", "marketer"))
        self.paul, self.karim = person("paul", "rep"), person("karim", "rep")
        for team, reps in (("North", (self.lea, self.paul)), ("South", (self.karim,))):
            User.objects.filter(pk__in=[rep.pk for rep in reps]).update(team=self.teams[team])
            pool = Pool.objects.create(name=team, retired_at=self.at)  # takes part in no turn until all is placed
            for rep in reps:
                PoolMember.objects.create(pool=pool, rep=rep, weight=0)
        self.pools = {pool.name: pool for pool in Pool.objects.filter(name__in=self.teams)}
        self.line = DefinitionLine.objects.filter(versions__isnull=False).order_by("pk").first()
        self.firm = Company.objects.get(
            pk=by_hand.add_company(
                values={"name": "Nordwind", "domain": "nordwind.example"}, by=self.marketer, at=self.at
            )
        )
        self.work: dict[str, dict] = {name: self._worked(name) for name in WORK}
        Pool.objects.filter(name__in=self.teams).update(retired_at=None)
        for name in ("team", "foreign", "elsewhere"):
            made = HandoffState.objects.filter(pk=self.work[name]["handoff"])
            assert not made.ever_in_hands_of(self.lea).exists(), f"{name} was Lea's for a while"
        self.mates = {key: person(f"mate {key}", *place) for key, place in ASKERS.items()}
        self.mates["rep"] = self.paul
        self.kinds: Kinds = {**self._of_work(), **others.of_everybody(self), **others.of_secrets(self)}
        self.personal: dict[str, Kinds] = {key: others.own(self, key) for key in ASKERS}

    # --- what sales works on

    def lead(self, name: str, part: str = "") -> Lead:
        said = mark(name)
        values = {"first_name": part or "Ann", "last_name": said, "email": f"{part or 'ann'}@{said.lower()}.example"}
        return Lead.objects.get(pk=by_hand.add_lead(values=values, company={}, by=self.marketer, at=self.at))

    def _of_the_firm(self, lead: int, **values: str) -> None:
        """All are of one company: only afterwards, or its rep in charge would get each of them first."""
        firm = {"name": self.firm.name, "domain": self.firm.domain}
        by_hand.edit_lead(lead=Lead.objects.get(pk=lead), values=values, company=firm, by=self.boss, at=self.at)

    def _handed(self, name: str, part: str) -> Handoff:
        """A handoff in Lea's hands (or Paul's, or Karim's): where it is in the end is said by `_settle`."""
        made = handing.hand_over(
            lead=self.lead(name, part), line=self.line, gate="manual", by=self.marketer, at=self.at
        )
        routing.reassign(handoff=made, rep=self._first(name), by=self.boss, at=self.at)
        return made

    def _first(self, name: str) -> User:
        return {"team": self.paul, "foreign": self.karim, "elsewhere": self.karim}.get(name, self.lea)

    def _settle(self, name: str, made: Handoff) -> None:
        if name == "left":
            routing.reassign(handoff=made, rep=self.paul, by=self.boss, at=clock.now())
        if name in ("pool", "elsewhere"):
            pool = self.pools["North" if name == "pool" else "South"]
            with transaction.atomic():
                fence = open_fence()
                routing.name([(made.pk, None, pool.pk, routing.POOL, clock.now())], self.boss, fence)
                states.derive([made.pk], fence)

    def _worked(self, name: str) -> dict:
        rep, said = self._first(name), mark(name)
        fresh, tried = self._handed(name, "Ann"), self._handed(name, "Ben")
        how = {"by": rep, "at": self.at + timedelta(minutes=5)}
        accepted = decisions.accept(handoff=tried, **how)
        attempt = attempts.log(handoff=tried, channel="call", outcome="no_answer", note=f"{said} was out", **how)
        lead = Lead.objects.get(pk=fresh.lead_id)
        words = {"lead": lead, "by": self.boss, "at": self.at}
        note = notes.write(text=f"{said} likes tea.", **words)
        against = notes.write(text=f"{said} is no sign.", **words)
        version = self.line.versions.first()
        remarked = remarks.say(
            kind="problem", about="lead", ref=str(lead.pk), text=f"{said} was rude.", by=self.boss, at=self.at
        )
        Disagreement.objects.create(
            note=against, line=self.line, version=version, reason="not_a_sign", grade="A1", points=0
        )
        given = {"kind": "given", "purpose": "newsletter", "channel": "mail", "basis": "consent", "said_on": None}
        agreed = consent.say(source="Salon", text=f"{said} agrees.", **given, **words)
        self._of_the_firm(lead.pk, function=f"Head of {said}"), self._of_the_firm(tried.lead_id)
        change = AttributeChange.objects.filter(subject="lead", subject_id=lead.pk, field="function").latest("pk")
        charge = Assignment.objects.filter(handoff=fresh, rep=rep).latest("pk")
        self._settle(name, fresh), self._settle(name, tried)
        made = {
            "lead": lead.pk, "handoff": fresh.pk, "attempt": attempt.pk, "decision": accepted.pk, "note": note.pk,
            "disagreement": against.pk, "remark": remarked.pk,
            "consent": agreed.pk, "change": change.pk, "charge": charge.pk,
        }  # fmt: skip
        return made | ({"deal": self._sold(name, how)} if name in ("own", "team", "foreign") else {})

    def _sold(self, name: str, how: dict) -> int:
        made = self._handed(name, "Cleo")
        decisions.qualify(handoff=made, **how)
        lead = Lead.objects.get(pk=made.lead_id)
        sold = deals.open_deal(lead=lead, handoff=made, title=f"Deal {mark(name)}", **how).pk
        self._of_the_firm(lead.pk)
        return sold

    def _of_work(self) -> Kinds:
        """One argument each, then two: a part that belongs to another lead is `crossed`."""
        alone = ("lead", "handoff", "attempt", "decision", "deal", "change", "charge", "disagreement", "remark")
        found: Kinds = {}
        for kind in alone:
            found[kind] = {name: {"pk": one[kind]} for name, one in self.work.items() if kind in one}
            found[kind]["missing"] = {"pk": NONE}
        found["in hand"] = found["to take"] = found["handoff"]
        found["promise"] = {name: {**one, "key": "6.1"} for name, one in found["handoff"].items()}
        found["lead to sell to"] = found["lead"]
        for kind in ("consent", "note"):
            found[kind] = {name: {"pk": one["lead"], f"{kind}_pk": one[kind]} for name, one in self.work.items()}
            mine = self.work["own"]["lead"]
            found[kind]["crossed"] = {"pk": mine, f"{kind}_pk": self.work["foreign"][kind]}
            found[kind]["missing"] = {"pk": mine, f"{kind}_pk": NONE}
        return found

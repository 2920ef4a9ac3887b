"""Who is told what, and where: the table of defaults, one row a case, each column a person."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from leads.handoffs import attempts, decisions, silence
from leads.models import Handoff
from leads.rights import contests, disagreements, remarks
from personas import starters
from personas.definitions import comments, persona_care, persona_services
from personas.definitions import services as definition
from personas.pages import effects, reminders
from reporting.books import notices as books
from reporting.meetings import planning, resolutions
from reporting.meetings import remarks as words
from reporting.models import BookClose
from sla import arbitration, derive, escalation, handed, pace, renewal, reviewing, waivers
from sla import notices as promises
from sla.models import Contract
from smarketing.accounts.models import Team
from smarketing.agreements import services as agreements
from smarketing.calendars import services as calendars
from smarketing.jobs import runs
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice, NoticeChoice
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from smarketing.web import export_files, exports
from tests.leads import definitions
from tests.leads.evidence.test_why import k2_body, store, version
from tests.leads.handoffs.desk import Desk
from tests.leads.handoffs.test_hot import came
from tests.people import PASSWORD, person
from tests.sla.contracts import FIRST, HAND_OVER, VOLUME, contract, handoff, paris, sign, signers
from tests.sla.test_kinds import qualified

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALWAYS = {
    "zone": "UTC",
    "windows": {str(day): [["00:00", "24:00"]] for day in range(1, 8)},
    "country": "",
    "holidays": [],
}


class House:
    """A rep and their manager in a team, a marketer, a signer of sales who is neither, an administrator."""

    def __init__(self):
        self.now, self.desk = clock.now(), Desk()
        team = Team.objects.create(name="north", side="sales")
        self.claire, self.hugo = signers()
        self.rep, self.manager = self.desk.lea, self.desk.boss
        for one in (self.rep, self.manager):
            one.team = team
            one.save()
        self.marketer, self.administrator = person("ines", "marketer"), person("ada", "administrator")
        self.signer = person("sam", "rep", signs=True)

    def hand(self, hours: float = 0):
        return self.desk.hand(at=self.now - hours * HOUR)

    def promise(self, hours: float, **escalates: int) -> Handoff:
        """Of the four hours of a first attempt so many have passed."""
        always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=self.now)
        of, starts = contract(on=self.desk.line), (self.now - timedelta(days=20)).date()
        sign(of, [FIRST], starts, at=self.now - timedelta(days=30), using=always, escalation=escalates)
        made = handoff(self.now - hours * HOUR, rep=self.rep)
        derive.catch_up(self.now)
        promises.look(self.now)
        return made

    def give_on(self) -> None:
        self.promise(60, reassign_after_days=1)
        escalation.look(self.now)

    def waive(self) -> None:
        waivers.ask(handoff=self.promise(1), clause_key="6.1", reason="absence", by=self.claire, at=self.now)

    def signal(self) -> None:
        definitions.version(starters.body("b2b"), self.now - timedelta(days=30), on=self.desk.line)
        came(self.hand(2).lead_id, kind="demo")

    def paper(self, signed: bool) -> None:
        given = {"kind": "minutes", "line": "minutes:1", "body": {"a": 1}, "by": self.claire, "at": self.now}
        paper = agreements.propose(**given)
        if signed:
            Notice.objects.all().delete()
            agreements.sign(paper=paper, by=self.claire, at=self.now, password=PASSWORD)

    def behind(self) -> None:
        sign(contract(on=self.desk.line), [VOLUME], date(2026, 11, 1), at=paris(2026, 10, 28))
        pace.look(Run(business_date=date(2026, 11, 5), cutoff=paris(2026, 11, 5)))

    def month(self, restated: bool) -> None:
        book = BookClose.objects.create(
            contract=contract(on=self.desk.line), month=date(2025, 10, 1), number=1, figures="{}", sha256="0" * 64,
            cutoff=self.now - 5 * timedelta(minutes=1), closed_by=None, closed_at=self.now,
        )  # fmt: skip
        if not restated:
            return books.tell_closed(book, self.now)
        handoff(paris(2025, 10, 20, 10), known=self.now - timedelta(minutes=1))
        books.look(Run(cutoff=self.now, business_date=self.now.date()))
        return None

    def over(self) -> None:
        always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=self.now)
        until = self.now.date().replace(day=1)  # the last days of a running month are told of, too
        first = (until - timedelta(days=1)).replace(day=1)
        sign(contract(on=self.desk.line), [VOLUME], first, until, at=self.now - timedelta(days=90), using=always)
        books.look(Run(cutoff=self.now, business_date=self.now.date()))

    def ending(self) -> None:
        """Three business days before the last of a November of the past: Tuesday, 25 November 2025."""
        weekdays = ALWAYS | {"windows": {str(day): [["00:00", "24:00"]] for day in range(1, 6)}}
        using = calendars.create_version(name="weekdays", spec=weekdays, by=None, at=self.now)
        sign(contract(on=self.desk.line), [VOLUME], date(2025, 11, 1), at=paris(2025, 10, 28), using=using)
        for day in (24, 25, 26):  # the first is too early, the last has been told
            books.look(Run(business_date=date(2025, 11, day), cutoff=paris(2025, 11, day, 2)))
            assert Notice.objects.filter(kind="month").exists() == (day > 24)

    def night(self) -> None:
        runs.JOBS["test"] = runs.Job(
            "test", "Nightly run", [runs.Step("first", lambda run: [(0, 1)], lambda *_given: 1 // 0)]
        )
        try:
            runs.go_on(runs.start("test", clock.today(), self.now))
        finally:
            del runs.JOBS["test"]

    def file(self) -> None:
        saved = exports.Export("leads", "leads.export", "lead")
        given = {"title": "Leads", "format": "csv", "address": "/leads/?export=csv"}
        export_files.work(export_files.ask(by=self.marketer, at=self.now, export=saved, **given), clock.now)

    def review(self) -> None:
        made = persona_services.create_persona(name="Maud", story={}, rules={}, by=None, at=self.now)
        persona_care.review_by(persona=made.persona, day=clock.today() + 9 * timedelta(days=1), by=None, at=self.now)
        for _night in range(2):
            reminders.look(Run(cutoff=self.now, business_date=clock.today()))

    def take_effect(self) -> None:
        line = definition.create_line(name="Belgium", by=None, at=self.now, body=starters.body("b2b"))
        day = self.now + timedelta(days=2)
        paper = definition.propose(line=line, by=None, at=self.now, effective_at=day)
        for signer in (self.claire, self.hugo):
            agreements.sign(paper=paper, by=signer, at=self.now, password=PASSWORD)
        for _night in range(2):
            effects.look(Run(cutoff=self.now, business_date=clock.today()))

    def contract_review(self) -> None:
        first = self.now.date().replace(day=1) - timedelta(days=90)
        sign(contract(on=self.desk.line), [VOLUME], first, at=self.now - timedelta(days=95))
        due = reviewing.due(Contract.objects.get(), self.now.date()) or (self.now.date() + timedelta(days=27)).replace(
            day=5
        )
        for _night in range(2):
            reviewing.look(Run(cutoff=self.now, business_date=due))

    def to_hand_over(self, minutes: int) -> None:
        """Of the two hours to hand a qualified lead over so many minutes have passed."""
        always = calendars.create_version(name="always", spec=ALWAYS, by=None, at=self.now)
        starts = (self.now - timedelta(days=20)).date()
        sign(contract(), [HAND_OVER, FIRST], starts, at=self.now - timedelta(days=30), using=always)
        qualified(self.now - timedelta(minutes=minutes))
        for _minute in range(2):
            handed.look(self.now)

    def contract_ends(self) -> None:
        first, ends = self.now.date() - timedelta(days=90), self.now.date() + timedelta(days=20)
        sign(contract(), [VOLUME], first, ends=ends, at=self.now - timedelta(days=95))
        for _night in range(2):
            renewal.look(Run(cutoff=self.now, business_date=self.now.date()))

    def praise(self) -> None:
        remarks.praise(lead=self.hand().lead, text="Well done.", by=self.claire, at=self.now)

    def problem(self) -> None:
        words.say(kind="problem", about="lead", ref=str(self.hand().lead_id), text="Late.", by=self.claire, at=self.now, side="sales")  # fmt: skip

    def meet(self):
        """Everybody is invited by the one who plans it."""
        first = (self.now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
        of = contract(on=self.desk.line)
        sign(of, [VOLUME], first, at=self.now - timedelta(days=95))
        when = planning.When(month=first, starts_at=self.now + timedelta(days=5), minutes=60, place="Room 2")
        people = [self.claire, self.hugo, self.rep, self.manager, self.marketer, self.signer]
        return planning.plan(contract=of, when=when, people=people, by=self.claire, at=self.now)

    def resolve(self) -> None:
        figure = resolutions.Figure(measure="mql", where={}, target=Decimal(200))
        given = {"text": "Call before noon", "charge": self.rep, "due": clock.today() + timedelta(days=9)}
        resolutions.resolve(meeting=self.meet(), figure=figure, by=self.claire, at=self.now, **given)

    def comment(self) -> None:
        comments.say(line=self.desk.line, text="Too wide.", by=self.claire, at=self.now)

    def disagree(self):
        lead, one = self.hand().lead, version(k2_body(), self.now - timedelta(days=30))
        store(lead.pk, one, self.now)
        given = {"reason": "too_much", "text": "No.", "by": self.rep, "at": self.now}
        return disagreements.say(lead=lead, version=one, criterion="", **given)

    def answer(self) -> None:
        disagreements.answer(to=self.disagree(), kind="taken", text="", by=self.claire, at=self.now)

    def turn_down(self, returned: bool) -> None:
        given = self.hand()
        if returned:
            attempts.log(handoff=given, by=self.rep, at=self.now, channel="call", outcome="reached")
            decisions.give_back(handoff=given, by=self.rep, at=self.now, reason="INT-NONE")
        else:
            decisions.refuse(handoff=given, by=self.rep, at=self.now, reason="OPP-OUT")

    def contested(self, kind: str) -> None:
        """What the marketer contests; a manager of sales rules, or nobody does."""
        self.turn_down(True)
        last = decisions.Decision.objects.latest("pk")
        made = contests.contest(decision=last, text="They buy.", proof="story", by=self.marketer, at=self.now)
        if kind == "ruled":
            contests.rule(to=made, kind="stays", text="No.", by=self.desk.boss, at=self.now)
        for _minute in range(2 if kind == "ruling_late" else 0):
            contests.look(self.now + timedelta(days=30))

    def arbitrate(self) -> None:
        """The signer is the sponsor of a contract whose contest nobody ruled on."""
        sign(contract(on=self.desk.line), [FIRST], (self.now - timedelta(days=20)).date(), at=self.now - timedelta(days=30), parties={"sponsor": self.signer.pk})  # fmt: skip
        self.contested("contested")
        day = contests.standing().get().due_on + timedelta(days=1)
        for _night in range(2):
            arbitration.look(Run(cutoff=self.now, business_date=day))

    def silence(self) -> None:
        given = self.hand(24 * 31)
        for _night in range(2):
            silence.settle([given.pk], at=self.now, fence=open_fence())


EVENTS = {
    "lead assigned": ("assigned", House.hand),
    "hot signal on an owed lead": ("hot_signal", House.signal),
    "half of a promise's time": ("promise_half", lambda house: house.promise(2.5)),
    "80 % of a promise's time": ("promise_soon", lambda house: house.promise(3.5)),
    "promise missed": ("promise_missed", lambda house: house.promise(5)),
    "lead given on": ("given_on", House.give_on),
    "half of a hand-over's time": ("hand_over_half", lambda house: house.to_hand_over(70)),
    "80 % of a hand-over's time": ("hand_over_soon", lambda house: house.to_hand_over(110)),
    "hand-over missed": ("hand_over_missed", lambda house: house.to_hand_over(180)),
    "contract ends": ("contract_ends", House.contract_ends),
    "waiver asked by marketing": ("waiver", House.waive),
    "lead refused with reason": ("sent_back", lambda house: house.turn_down(False)),
    "lead returned with reason": ("sent_back", lambda house: house.turn_down(True)),
    "refusal contested": ("contested", lambda house: house.contested("contested")),
    "contest ruled on": ("ruled", lambda house: house.contested("ruled")),
    "contest not ruled on in time": ("ruling_late", lambda house: house.contested("ruling_late")),
    "contest without a ruling, to the sponsor": ("arbitrate", House.arbitrate),
    "nobody decided in time": ("silence", House.silence),
    "praise": ("praise", House.praise),
    "problem named": ("remark", House.problem),
    "invited to a meeting": ("meeting", House.meet),
    "resolution in the charge of the rep": ("resolution", House.resolve),
    "comment on a definition by the marketer": ("comment", House.comment),
    "criterion disagreed with": ("disagreement", House.disagree),
    "disagreement answered": ("answered", House.answer),
    "terms proposed": ("paper", lambda house: house.paper(False)),
    "terms signed": ("paper", lambda house: house.paper(True)),
    "pace below 90 % of the line for 3 business days": ("pace", House.behind),
    "month closes": ("month", House.ending),
    "month is over": ("month", House.over),
    "month closed": ("month", lambda house: house.month(False)),
    "month restated": ("month", lambda house: house.month(True)),
    "nightly job failed": ("night_failed", House.night),
    "contract to be reviewed": ("contract_review", House.contract_review),
    "definition takes effect": ("definition_effect", House.take_effect),
    "persona to be read again": ("persona_review", House.review),
    "large file asked for by the marketer": ("export", House.file),
}
TABLE = """
| event                                           | rep          | manager              | marketer             | signer       | administrator |
| lead assigned                                   | in-app, mail | –                    | –                    | –            | –            |
| hot signal on an owed lead                      | in-app       | –                    | –                    | –            | –            |
| half of a promise's time                        | –            | –                    | –                    | –            | –            |
| 80 % of a promise's time                        | in-app       | –                    | –                    | –            | –            |
| promise missed                                  | in-app       | in-app, morning mail | –                    | –            | –            |
| lead given on                                   | in-app       | in-app, morning mail | –                    | –            | –            |
| half of a hand-over's time                      | –            | –                    | –                    | –            | –            |
| 80 % of a hand-over's time                      | –            | –                    | in-app               | –            | –            |
| hand-over missed                                | –            | –                    | in-app               | –            | –            |
| contract ends                                   | –            | in-app, mail         | –                    | –            | –            |
| waiver asked by marketing                       | –            | in-app, mail         | –                    | –            | –            |
| lead refused with reason                        | –            | –                    | in-app, morning mail | –            | –            |
| lead returned with reason                       | –            | –                    | in-app, morning mail | –            | –            |
| refusal contested                               | in-app       | in-app, morning mail | –                    | –            | –            |
| contest ruled on                                | in-app       | –                    | in-app               | –            | –            |
| contest not ruled on in time                    | –            | in-app               | –                    | –            | –            |
| contest without a ruling, to the sponsor        | –            | –                    | –                    | in-app, mail | –            |
| nobody decided in time                          | –            | in-app, morning mail | –                    | –            | –            |
| praise                                          | in-app       | in-app               | in-app               | –            | –            |
| problem named                                   | in-app       | in-app               | –                    | –            | –            |
| invited to a meeting                            | in-app       | in-app               | in-app               | in-app       | –            |
| resolution in the charge of the rep             | in-app, morning mail | –            | –                    | –            | –            |
| comment on a definition by the marketer         | –            | in-app               | –                    | in-app       | –            |
| criterion disagreed with                        | –            | –                    | in-app               | –            | –            |
| disagreement answered                           | in-app       | –                    | –                    | –            | –            |
| terms proposed                                  | –            | in-app, mail         | in-app, mail         | in-app, mail | –            |
| terms signed                                    | –            | in-app, mail         | in-app, mail         | in-app, mail | –            |
| pace below 90 % of the line for 3 business days | –            | mail                 | mail                 | –            | –            |
| month closes                                    | –            | mail                 | mail                 | mail         | –            |
| month is over                                   | –            | mail                 | mail                 | mail         | –            |
| month closed                                    | –            | mail                 | mail                 | mail         | –            |
| month restated                                  | –            | mail                 | mail                 | mail         | –            |
| nightly job failed                              | –            | –                    | –                    | –            | in-app, mail |
| contract to be reviewed                         | –            | in-app, morning mail | –                    | –            | –            |
| definition takes effect                         | –            | in-app, mail         | in-app, mail         | in-app, mail | –            |
| persona to be read again                        | –            | in-app, morning mail | in-app, morning mail | –            | –            |
| large file asked for by the marketer            | –            | –                    | in-app               | –            | –            |
"""
HEAD, *ROWS = ([cell.strip() for cell in line.strip("| ").split("|")] for line in TABLE.strip().splitlines())


@pytest.mark.parametrize("cells", ROWS, ids=[row[0] for row in ROWS])
def test_each_event_reaches_whom_the_table_names_and_where_it_says(cells, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    if cells[0].startswith(("pace", "month closes")):
        monkeypatch.setattr(notices, "NEWS", timedelta(days=3650))  # a November of the past
    house, (kind, happens) = House(), EVENTS[cells[0]]
    happens(house)
    assert [channels(kind, getattr(house, who)) for who in HEAD[1:]] == cells[1:]


def channels(kind: str, user) -> str:
    """Where a person was told of a kind: "in-app, mail"; "–" for nowhere. Told once."""
    told = list(Notice.objects.filter(kind=kind, user=user).values_list("shown", "mail"))
    assert len(told) <= 1
    words = {"": "", "once": "mail", "morning": "morning mail"}
    return ", ".join(part for shown, mail in told for part in ("in-app" if shown else "", words[mail]) if part) or "–"


def test_every_kind_has_a_row():
    assert {kind for kind, _happens in EVENTS.values()} == set(registry.CHANNELS) and set(EVENTS) == {
        row[0] for row in ROWS
    }


def test_whatever_the_kind_who_switched_it_off_is_never_told():
    at = datetime.now(tz=clock.zone())
    for kind, roles in registry.CHANNELS.items():
        for role in roles:
            user = person(f"{kind}-{role}", role, "sales" if role == "manager" else None)
            by_itself = roles[role].portal or roles[role].mail != ""
            assert notices.tell(kind=kind, users=[user.pk], about="one", at=at) == by_itself
            NoticeChoice.objects.create(user=user, kind=kind, portal=False, mail="")
            assert notices.tell(kind=kind, users=[user.pk], about="other", at=at) == 0

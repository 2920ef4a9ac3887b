"""What people, and other imports, do to what an import made or changed: one table of every kind of deed there is.

Undoing an import is refused where such a deed stands. A model that names its author is in `DEEDS`, registered by its room, or in
`NO_DEEDS`, which says why not: a new kind of deed that is in neither fails the build (tests/leads/intake/importing/test_deeds.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from leads.intake import bulk
from leads.models import (
    Absence,
    Assignment,
    Attempt,
    AttributeChange,
    CallingRule,
    Campaign,
    CampaignMerge,
    Company,
    CompanyMerge,
    CompanyPair,
    Consent,
    Correction,
    Deal,
    DealContact,
    Decision,
    Erasure,
    ErasureProposal,
    Event,
    Handoff,
    HandoffState,
    HotPulse,
    HourlyRate,
    Import,
    ImportFact,
    ImportTouched,
    Lead,
    LinkRules,
    MailTemplate,
    Merge,
    MergeSuggestion,
    Note,
    PersonaDeal,
    PlannedCost,
    PoolMember,
    QueueChoice,
    Remark,
    RememberedMapping,
    Routing,
    SalesTime,
    Skip,
    Snooze,
    Spend,
    StageMove,
    Suppression,
    TimeSpent,
)

from . import reasons

LISTED = 200
IMPORT = "import"  # what another import did, whatever it was
MADE: dict[str, type[Model]] = {"lead": Lead, "deal": Deal, "company": Company, "campaign": Campaign}


@dataclass(frozen=True)
class Worked:
    """What somebody did to a `subject` (lead, deal, company, campaign) since: `what` is a key of reasons.DEEDS.

    `by`: id of the person; `file`: id of the other import that did it, None for a person's deed.
    """

    subject: str
    subject_id: int
    what: str
    by: int | None
    file: int | None
    at: datetime


@dataclass(frozen=True)
class Deed:
    """Rows of `model` that hang on a `subject` by the id at `path`, and stand until `fact` (as corrections name it) is
    corrected; "" where they are changed in place.

    `made`: they matter only where the import made the subject, not where it merely changed it. `file`: path to the import
    that brought them; `brought`: their ids are kept in ImportFact instead, and those of others count with `others`, whatever
    `where` says, which tells which rows count.
    """

    what: str
    model: type[Model]
    subject: str
    path: Any
    author: str = "by"
    fact: str = ""
    when: str = "recorded_at"
    made: bool = False
    file: str = ""
    brought: bool = False
    others: bool = False
    where: Q = field(default_factory=Q)

    @property
    def key(self) -> str:
        return " ".join([self.what, self.subject, *([self.path] if isinstance(self.path, str) else [])])

    def rows(self, one: Import | None, window: "Window") -> QuerySet:
        """Standing rows recorded in the window, those of this import left out; `hangs` is the id of their subject."""
        path = F(self.path) if isinstance(self.path, str) else self.path
        rows = self.model._default_manager.annotate(hangs=path)  # type: ignore[attr-defined]
        where = self.where
        if self.others:
            where |= Q(pk__in=_kept(ImportFact.objects.filter(subject=self.fact, pk__gt=window.others)))
        rows = rows.filter(where, **{f"{self.when}__gt": window.since})
        if self.fact:
            rows = rows.exclude(Exists(Correction.objects.filter(subject=self.fact, subject_id=OuterRef("pk"))))
        if self.file and one:
            rows = rows.exclude(**{self.file: one})
        if self.brought and one:
            own = ImportFact.objects.filter(batch=one, subject=self.fact, pk__gt=window.own)
            rows = rows.exclude(pk__in=_kept(own))
        return rows


_BY_PEOPLE = Q(by__isnull=False)
_BY_ANY = Q(by__isnull=False) | Q(imported_by__isnull=False)


def _linked(name: str) -> Any:
    """The id that a value of this field names."""
    number = Func(F("value"), template="(%(expressions)s #>> '{}')::bigint", output_field=BigIntegerField())
    return Case(When(field=name, then=number), output_field=BigIntegerField())


def _kept(rows: QuerySet) -> QuerySet:
    """Ids that these rows of ImportFact name, as a subquery."""
    return rows.annotate(one=Func("ids", function="unnest", output_field=BigIntegerField())).values("one")


DEEDS: tuple[Deed, ...] = (
    *(Deed("edit", AttributeChange, of, "subject_id", fact="attributechange", file="imported_by", where=Q(subject=of) & _BY_ANY) for of in MADE),
    *(Deed("member", AttributeChange, of, _linked(of), fact="attributechange", file="imported_by", made=True, where=Q(subject__in=("lead", "deal"), field=of) & _BY_ANY) for of in ("company", "campaign")),
    Deed("attempt", Attempt, "lead", "lead_id", author="rep", fact="attempt", brought=True),
    Deed("decision", Decision, "lead", "handoff__lead_id", fact="decision", where=_BY_PEOPLE),
    Deed("assignment", Assignment, "lead", "handoff__lead_id", fact="assignment", where=_BY_PEOPLE),
    Deed("handoff", Handoff, "lead", "lead_id", fact="handoff", file="imported_by", where=_BY_ANY),
    Deed("deal", Deal, "lead", "lead_id", author="rep", fact="deal", file="imported_by"),
    Deed("contact", DealContact, "lead", "lead_id", fact="dealcontact", brought=True),
    Deed("contact", DealContact, "deal", "deal_id", fact="dealcontact", brought=True),
    Deed("merge", Merge, "lead", "root_id", fact="merge", brought=True),
    Deed("merge", Merge, "lead", "loser_id", fact="merge", brought=True),
    Deed("note", Note, "lead", "lead_id", fact="note"),
    Deed("consent", Consent, "lead", "lead_id", fact="consent", brought=True, others=True, where=_BY_PEOPLE),
    Deed("spend", Spend, "campaign", "campaign_id", fact="spend", file="imported_by", made=True, where=_BY_ANY),
    Deed("planned", PlannedCost, "campaign", "campaign_id", fact="plannedcost", made=True),
    Deed("hours", TimeSpent, "campaign", "campaign_id", fact="timespent", made=True),
    Deed("merge", CampaignMerge, "campaign", "loser_id", fact="campaignmerge", made=True),
    Deed("merge", CampaignMerge, "campaign", "root_id", fact="campaignmerge", made=True),
    Deed("merge", CompanyMerge, "company", "loser_id", fact="companymerge", made=True),
    Deed("merge", CompanyMerge, "company", "root_id", fact="companymerge", made=True),
    Deed(IMPORT, Event, "lead", "lead_id", author="", fact="event", brought=True, made=True, others=True, where=Q(pk__in=[])),
    Deed("kept", ErasureProposal, "lead", "lead_id", when="decided_at", where=Q(state="kept")),
    Deed("apart", MergeSuggestion, "lead", "first_id", when="decided_at", where=Q(state="dismissed")),
    Deed("apart", MergeSuggestion, "lead", "second_id", when="decided_at", where=Q(state="dismissed")),
    Deed("two_firms", CompanyPair, "company", "first_id", when="decided_at", made=True, where=Q(state="dismissed")),
    Deed("two_firms", CompanyPair, "company", "second_id", when="decided_at", made=True, where=Q(state="dismissed")),
)  # fmt: skip
# Models that name somebody and yet are no deed on what an import made.
NO_DEEDS: dict[type[Model], str] = {
    CallingRule: "when people of a country may be called, nothing done to a lead",
    Company: "whose account it is: the change that names the rep counts",
    Correction: "takes a deed back: what is left standing counts",
    Erasure: "the person is gone, whatever becomes of the import",
    HourlyRate: "what an hour costs, nothing about a campaign",
    LinkRules: "which campaign a link means: another version says otherwise",
    HandoffState: "derived from assignments, decisions and attempts",
    Import: "every fact of another import is a row of its own here",
    MailTemplate: "words for whoever writes, nothing about a lead",
    HotPulse: "what an open page asks for, not what is done to a lead",
    QueueChoice: "how somebody works, not what is done to a lead",
    Skip: "seen in its turn and left as it was",
    Snooze: "put off: nothing stands on it that would be lost",
    PersonaDeal: "proves a persona, not that somebody works on the deal",
    PoolMember: "who takes leads, not what is done to one",
    RememberedMapping: "how files are read, nothing about a lead",
    Routing: "says why a handoff got its rep: the handoff counts",
    Absence: "says who is away, nothing about a lead",
    Remark: "its author is its note's",
    SalesTime: "how long sales takes, nothing about a lead",
    StageMove: "follows from handoffs, decisions and deals",
    Suppression: "follows from a consent, or names no lead",
}
_ABOVE: list[Deed] = []  # what upper rooms know of, registered from `AppConfig.ready()`


def register(deed: Deed, words: Any) -> None:
    """A kind of deed that an upper room knows; `words`: what undoing an import says of it. Registered again it stays once."""
    reasons.DEEDS[deed.what] = words
    if deed.key not in {one.key for one in _ABOVE}:
        _ABOVE.append(deed)


def no_deed(model: type[Model], why: str) -> None:
    """A model of an upper room that names somebody and yet is no deed on what an import made."""
    NO_DEEDS[model] = why


def every() -> tuple[Deed, ...]:
    """All kinds of deed there are."""
    return (*DEEDS, *_ABOVE)


@dataclass(frozen=True)
class Window:
    """Deeds recorded after `since`; of ImportFact only rows after `own` and `others` (ids) can name facts as young."""

    since: datetime
    own: int = 0
    others: int = 0


def since_of(one: Import) -> datetime:
    """When the first fact of an import was recorded."""
    return datetime.fromisoformat(one.report["first"]) if one.report.get("first") else one.created_at


def worked(one: Import, among: Mapping[str, Iterable[int]] | None = None, window: Window | None = None) -> list[Worked]:
    """What was done since, the newest first and at most LISTED of them: to everything that `ImportTouched` names of the
    import, or only to these ids of each subject. `window`: None for all that was done since its first fact."""
    window, made = window or Window(since_of(one)), _made(one, among)
    found: list[Worked] = []
    for deed in every():
        rows = deed.rows(one, window)
        if among is None:
            touched = ImportTouched.objects.filter(batch=one, subject=deed.subject, subject_id=OuterRef("hangs"))
            rows = rows.filter(Exists(touched.filter(made=True) if deed.made else touched))
        elif ids := (made if deed.made else among).get(deed.subject):
            rows = rows.filter(bulk.among("hangs", ids))
        else:
            continue
        found += _told(deed, rows)
    return sorted(found, key=lambda deed: deed.at, reverse=True)[:LISTED]


def on(subject: str, pk: int, since: datetime) -> list[Worked]:
    """What people and imports did to one lead, deal, company or campaign since it was made then, the newest first."""
    found: list[Worked] = []
    for deed in every():
        if deed.subject == subject:
            # who came in the same deed as their company is in it
            then = since - timedelta(microseconds=1) if deed.what == "member" else since
            found += _told(deed, deed.rows(None, Window(then)).filter(hangs=pk))
    return sorted(found, key=lambda deed: deed.at, reverse=True)


def _told(deed: Deed, rows: QuerySet) -> Iterator[Worked]:
    author = F(f"{deed.author}_id") if deed.author else Value(None, BigIntegerField())
    file = F(f"{deed.file}_id") if deed.file else Value(None, BigIntegerField())
    rows = rows.annotate(who=author, brought_by=file, what=Value(deed.what, CharField()))
    for pk, who, brought_by, at, hangs in rows.order_by(f"-{deed.when}", "-pk").values_list(
        "pk", "who", "brought_by", deed.when, "hangs"
    )[:LISTED]:
        if deed.brought and brought_by is None:
            brought_by = _bringer(deed.fact, pk)
        yield Worked(deed.subject, hangs, IMPORT if brought_by else deed.what, who, brought_by, at)


def _bringer(subject: str, pk: int) -> int | None:
    """The import that brought a fact which does not name it."""
    return ImportFact.objects.filter(subject=subject, ids__contains=[pk]).values_list("batch_id", flat=True).first()


def _made(one: Import, among: Mapping[str, Iterable[int]] | None) -> dict[str, list[int]]:
    """Those of these ids that the import made."""
    rows = {
        subject: MADE[subject]._default_manager.filter(bulk.among("pk", ids), imported_by=one)  # type: ignore[attr-defined]
        for subject, ids in (among or {}).items()
    }
    return {subject: list(found.values_list("pk", flat=True)) for subject, found in rows.items()}

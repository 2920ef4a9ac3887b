"""Random leads, facts and definitions for the proofs of scoring (hypothesis)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import strategies as st

from leads.models import Campaign, Company, CompanySums, Lead
from leads.scoring import company_days, days
from personas.catalogue import add_custom
from personas.criteria.decay import DECAYS
from personas.criteria.operators import OPERATORS, property_operators
from tests.leads import facts

NOON = datetime(2026, 3, 29, 10, tzinfo=UTC)  # the night before lost an hour in Paris
TYPES = {
    "lead.country": "text", "lead.birth_date": "date", "lead.opted_out": "bool", "lead.created": "date",
    "lead.x_renewal": "date", "lead.x_size": "number", "lead.x_note": "text", "company.employees": "number",
    "company.industry": "text", "company.x_key": "bool",
}  # fmt: skip
SUMS = tuple(company_days.COLUMNS)  # counted each night from others' facts: nobody says them
CUSTOM = [
    ("lead", "x_renewal", "date"),
    ("lead", "x_size", "number"),
    ("lead", "x_note", "text"),
    ("company", "x_key", "bool"),
]
KINDS, PAGES = ("page", "form", "demo"), ("/pricing", "/Pricing/Team", "/blog", "")
# Text that a careless compiler would read as its own: of SQL, of its parameters, of JSON, of patterns.
ODD = (
    "l'eau", 'say "hi"', "50 %", "%s", "%(p0)s", "%%", "☕ Ünï", "a_b", "a%b", "\\", "x\\'y", "'; DROP TABLE leads_lead; --",
    "$1", "{0}", "NULL", "' OR '1'='1", "deux\nlignes", "🙂", "[1]", "<b>", "Žižek",
)  # fmt: skip
PROPERTIES = ("plan", "a.b", "it's", '"q"', "50%", "%s", "☕", "{0}", "plan' ->> 'x")
CAMPAIGNS = ("fair", "l'été 50 %")


def catalogue() -> None:
    """The custom fields that these worlds use."""
    for subject, name, kind in CUSTOM:
        add_custom(subject=subject, name=name, type=kind)


def _value(kind: str):
    return {
        "text": st.sampled_from(["FR", "fr", "BE", "Élan", "élan vital", "12", "", *ODD]),
        "number": st.integers(-3, 60) | st.sampled_from(["12", "12.5", "x", True]),
        "date": st.integers(-900, 30).map(lambda n: (NOON + timedelta(days=n)).date().isoformat()) | st.sampled_from(["2004-02-29", "1990-03-29", "2026-02-30", "soon", ""]),
        "bool": st.booleans() | st.sampled_from(["true", "maybe"]),
    }[kind]  # fmt: skip


def _typed(field: str):
    """A value that intake could store in the field: columns hold values of their type only."""
    strict = {"lead.country": st.sampled_from(["FR", "fr", "BE", "Élan", "12", "", "a%b", "l'eau", None]), "lead.birth_date": st.sampled_from(["2004-02-29", "1990-03-29", "1966-03-30", None]), "lead.opted_out": st.booleans(), "company.employees": st.integers(0, 60) | st.none()}  # fmt: skip
    return strict.get(field, _value(TYPES[field]) | st.none())


_MIDNIGHTS = (
    36_000,
    39_600,
    39_601,
)  # seconds before NOON: Greenwich's midnight, in winter the local one, and just before it
_SECONDS = st.integers(0, 70 * 86_400) | st.builds(
    lambda day, before: day * 86_400 + before, st.integers(0, 70), st.sampled_from(_MIDNIGHTS)
)
_AGO = st.one_of(_SECONDS, st.integers(0, 3 * 86_400))
_LATE = st.sampled_from([0, 0, 0, 5, 3_600, 86_400, 20 * 86_400])


@st.composite
def changes(draw):
    field = draw(st.sampled_from([field for field in TYPES if field != "lead.created"]))
    return field, draw(_typed(field)), draw(_AGO), draw(_LATE), draw(st.booleans() | st.just(False))


said = (
    st.sampled_from(ODD)
    | st.integers(-3, 60)
    | st.sampled_from(["12", "12.5", "pro", True, False, None, "", 0.0000001, 12.50, [1], {"x": 1}])
)
TRIES = [("call", "no_answer"), ("call", "reached"), ("mail", "mail_sent")]
tries = st.tuples(st.sampled_from(TRIES), _AGO, _LATE, st.sampled_from([0, 0, 1]))
told = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(ODD), "form": st.sampled_from(["Contact", *ODD]), "campaign": st.sampled_from(CAMPAIGNS),
        "props": st.dictionaries(st.sampled_from(PROPERTIES), said, min_size=1, max_size=3),
    },
)  # fmt: skip
happenings = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(PAGES), _AGO, _LATE, st.sampled_from([0, 0, 0, 0, 1]), st.booleans(),
    st.just({}) | told,
)  # fmt: skip


_JOINED = st.one_of(_AGO, st.integers(0, 9 * 86_400))


def _lives(said: int, done: int, tried: int, joined):
    """Lives with so many facts of each kind at least."""
    return st.fixed_dictionaries(
        {
            "changes": st.lists(changes(), min_size=said, max_size=7),
            "events": st.lists(happenings, min_size=done, max_size=9),
            "attempts": st.lists(tries, min_size=tried, max_size=4),
            "resets": st.lists(_AGO, max_size=1),
            "joined": joined,
            "asked": st.lists(_AGO, min_size=1, max_size=4, unique=True),
        }
    )


lives = _lives(0, 0, 0, st.none() | _JOINED)
full_lives = _lives(2, 5, 1, _JOINED)


# (merge or take back, seconds ago, which lead or merge, into which lead) among the leads of a world
merges = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "unmerge"]), _AGO, st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=5
)  # fmt: skip


# (which lead, to the company of which other one or none, seconds ago, late, taken back) among the leads of a world
links = st.lists(
    st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2), _AGO, _LATE, st.sampled_from([0, 0, 1])), max_size=4
)


def campaign(key: str) -> Campaign:
    return Campaign.objects.get_or_create(key=key, defaults={"created_at": NOON, "recorded_at": NOON})[0]


def live(life: dict) -> tuple[int, list[datetime]]:
    """Put a life's facts into the tables in the order they became known. Returns the lead and the moments to ask about."""
    story: list = []
    lead, asked = _plot(life, story)
    _happen(story)
    return lead, asked


def live_together(
    some: list[dict], deeds: Sequence[tuple], moves: Sequence[tuple] = ()
) -> list[tuple[int, list[datetime]]]:
    """The facts of several lives, merges of their leads and `moves` from company to company, in the order they became known.
    As `live`, of those that stand for themselves in the end, with the moments of all."""
    story: list = []
    plots = [_plot(life, story) for life in some]
    firms = [Lead.objects.get(pk=lead).company_id for lead, _asked in plots]
    leads = [lead for lead, _asked in plots]
    standing: list[tuple[int, int, int]] = []  # merge, loser, root

    def deed(kind: str, at: datetime, one: int, other: int) -> None:
        loser, root = leads[one % len(leads)], leads[other % len(leads)]
        taken = {row[1] for row in standing}
        if kind == "unmerge" and standing:
            facts.correct("merge", standing.pop(one % len(standing))[0], at)
        elif kind == "merge" and loser != root and loser not in taken and root not in taken:
            standing.append((facts.merge(loser, root, at), loser, root))

    for who, firm, ago, late, corrected in moves:
        where = None if firm is None else firms[firm % len(firms)]
        move = partial(facts.change, "lead", leads[who % len(leads)], "company", where)
        _tell(story, NOON - timedelta(seconds=ago), late, corrected, "attributechange", move)
    for kind, ago, one, other in deeds:
        at = NOON - timedelta(seconds=ago)
        story.append((at, partial(deed, kind, at, one, other)))
    _happen(story)
    gone = {row[1] for row in standing}
    asked = sorted({at for _lead, mine in plots for at in mine})
    return [(lead, asked) for lead in leads if lead not in gone]


def _happen(story: list) -> None:
    while story:
        story.sort(key=lambda one: one[0])
        story.pop(0)[1]()
    count_sums()


def count_sums() -> None:
    """What companies' people come to, on every day up to that of NOON."""
    CompanySums.objects.update_or_create(pk=True, defaults={"day": days.here().of(NOON)})
    company_days.count(list(Company.objects.order_by("pk").values_list("pk", flat=True)))


def _plot(life: dict, story: list) -> tuple[int, list[datetime]]:
    """(the lead, the moments to ask about); its facts join the story, as (known, deed), and nothing but the lead is there yet."""
    born = NOON - timedelta(days=75)
    company = facts.company(born)
    lead = facts.lead(born, company=company)
    who = facts.visitor(born) if life["joined"] is not None else None
    for field, value, ago, late, corrected in life["changes"]:
        subject, _, name = field.partition(".")
        at = NOON - timedelta(seconds=ago)
        _tell(
            story, at, late, corrected, "attributechange",
            partial(facts.change, subject, lead if subject == "lead" else company, name, value),
        )  # fmt: skip
    for kind, page, ago, late, corrected, anonymous, more in life["events"]:
        at = NOON - timedelta(seconds=ago)
        early = who and at + timedelta(seconds=late) <= NOON - timedelta(seconds=life["joined"])
        mine = (None, who) if anonymous and early else (lead, None)  # once joined, intake names the lead
        more = more | ({"campaign": campaign(more["campaign"])} if "campaign" in more else {})
        deed = partial(facts.event, mine[0], kind, visitor=mine[1], page=page, **more)
        _tell(story, at, late, corrected, "event", deed)
    for said, ago, late, corrected in life["attempts"]:
        _tell(story, NOON - timedelta(seconds=ago), late, corrected, "attempt", partial(facts.attempt, lead, *said))
    if who:
        at = NOON - timedelta(seconds=life["joined"])
        story.append((at, lambda: facts.join(who, lead, at)))
    for ago in life["resets"]:
        story.append((NOON - timedelta(seconds=ago), partial(facts.reset, lead, NOON - timedelta(seconds=ago))))
    return lead, [NOON - timedelta(seconds=ago) for ago in life["asked"]]


def _tell(story: list, at: datetime, late: int, corrected: bool, subject: str, deed) -> None:
    """A fact learned `late` seconds after it happened; corrected, if so, five hours later."""
    known = at + timedelta(seconds=late)

    def happen():
        pk = deed(at=at, known=known)
        if corrected:
            back = known + timedelta(hours=5)
            story.append((back, partial(facts.correct, subject, pk, back)))

    story.append((known, happen))


# --- definitions


@st.composite
def field_conditions(draw):
    field = draw(st.sampled_from(sorted([*TYPES, *SUMS])))
    kind = TYPES.get(field, "number")
    op = draw(st.sampled_from([one for one in OPERATORS.values() if kind in one.types]))
    good = (
        {
            "text": st.sampled_from(["FR", "Élan", "12", "l"]) | st.sampled_from(ODD),
            "number": st.integers(-3, 60) | st.just("12.5"),
            "date": st.integers(-100, 10).map(lambda n: (NOON + timedelta(days=n)).date().isoformat()),
            "bool": st.booleans(),
        }[kind]
        if field not in SUMS
        else st.integers(0, 5)
    )
    operands = {
        "none": st.none(), "one": good, "list": st.lists(good, min_size=1, max_size=3, unique=True),
        "range": st.tuples(good, good).map(lambda pair: sorted(pair, key=lambda v: (float(v) if kind == "number" else 0, str(v)))),
        "days": st.integers(0, 90), "years": st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted),
    }  # fmt: skip
    value = draw(operands[op.operand])
    return {"field": field, "op": op.name} | ({} if value is None else {"value": value})


attempts = st.fixed_dictionaries(
    {"kind": st.just("attempt")},
    optional={"channel": st.sampled_from(["call", "mail"]), "outcome": st.sampled_from(["no_answer", "reached"])},
)


@st.composite
def properties(draw):
    op = draw(st.sampled_from(property_operators()))
    good = draw(
        st.sampled_from([st.sampled_from(["pro", "12", *ODD]), st.integers(-3, 60) | st.just("12.5"), st.booleans()])
    )
    operands = {
        "none": st.none(), "one": good, "list": st.lists(good, min_size=1, max_size=3, unique_by=str),
        "range": st.lists(st.integers(-3, 60), min_size=2, max_size=2).map(sorted),
    }  # fmt: skip
    value = draw(operands[op.operand])
    return {"key": draw(st.sampled_from(PROPERTIES)), "op": op.name} | ({} if value is None else {"value": value})


_plain_filters = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS)},
    optional={
        "page": st.fixed_dictionaries({"op": st.sampled_from(["like", "is"]), "value": st.sampled_from(PAGES[:3])})
    },
)
_told_filters = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS)},
    optional={
        "name": st.sampled_from(ODD), "form": st.sampled_from(["contact", *ODD]), "campaign": st.sampled_from(CAMPAIGNS),
        "props": st.lists(properties(), min_size=1, max_size=2),
    },
)  # fmt: skip
filters = st.one_of(attempts, _plain_filters, _plain_filters, _told_filters)
events = st.fixed_dictionaries(
    {"event": filters},
    optional={"within": st.integers(1, 60), "count": st.integers(1, 3), "absent": st.booleans()},
)
leaves = field_conditions() | events
conditions = st.recursive(
    leaves, lambda inner: st.builds(lambda name, kids: {name: kids}, st.sampled_from(["all", "any", "none"]), st.lists(inner, min_size=1, max_size=3)), max_leaves=4
)  # fmt: skip
STEPS = ([[1, 500_000]], [[7, 750_000], [30, 250_000], [40, 0]], [[30, 333_333]])


@st.composite
def fading(draw, points: int):
    """None, or any fading of the table that points of this sign may have."""
    row = draw(st.sampled_from([None, *(one for one in DECAYS.values() if points > 0 or one.negative)]))
    if row is None:
        return None
    return {"kind": row.name} | (
        {"steps": draw(st.sampled_from(STEPS))} if row.by_steps else {"days": draw(st.integers(1, 45))}
    )


@st.composite
def items(draw, key: str, personas: list[int]):
    points = draw(st.integers(-40, 60).filter(bool))
    item: dict = {"key": key, "points": points}
    if draw(st.booleans()):
        item["cap"] = draw(st.integers(1, 90))
    kind = draw(st.sampled_from(["event", "event", "any", "persona"]))
    if kind == "persona" and personas:
        return item | {"when": {"persona": draw(st.sampled_from(personas))}}
    if kind != "event":
        return item | {"when": draw(conditions)}
    when = draw(events.filter(lambda one: not one.get("absent")))
    if decay := draw(fading(points)):
        item["decay"] = decay
    if draw(st.booleans()):
        item["each"] = True
        if draw(st.booleans()):
            item["daily"] = draw(st.integers(1, 2))
        when = {part: value for part, value in when.items() if part != "count"}
    return item | {"when": when}


@st.composite
def bodies(draw, personas: list[int] = ()):
    number = iter(range(100))

    def axis():
        entries = []
        for _ in range(draw(st.integers(0, 3))):
            if draw(st.integers(0, 3)):
                entries.append(draw(items(f"k{next(number)}", personas)))
            else:
                inner = [draw(items(f"k{next(number)}", personas)) for _ in range(draw(st.integers(1, 2)))]
                entries.append({"key": f"g{next(number)}", "cap": draw(st.integers(1, 60)), "items": inner})
        bands = draw(st.lists(st.integers(1, 100), min_size=1, max_size=4, unique=True))
        return {"bands": sorted(bands, reverse=True), "cap": draw(st.integers(30, 100)), "items": entries}

    fit, engagement = axis(), axis()
    cells = [
        "ABCDEF"[i] + "123456"[j] for i in range(len(fit["bands"]) + 1) for j in range(len(engagement["bands"]) + 1)
    ]
    few = st.lists(conditions, max_size=1)
    return {
        "fit": fit, "engagement": engagement, "must": draw(few), "never": draw(few), "direct": draw(few),
        "mql": draw(st.lists(st.sampled_from(cells), max_size=4, unique=True)),
        "hysteresis": draw(st.sampled_from([0, 0, 10])), "cooldown_days": 0, "pace": 15, "mandatory": [],
    }  # fmt: skip

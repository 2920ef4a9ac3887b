"""What the notes on a definition are held against: forty clean definitions and some near a fault, over eighty with one planted
fault each, and fifteen ways to spoil a clean one. Written before the rules that they judge.

A fault names where its note must stand and its key; nothing else may be noted. `Case.hits` and `Case.late` say what the leads
say: for how many of a thousand each condition holds, and which fields were mostly filled in only after sales had called.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from personas.criteria import tree
from personas.criteria.fields import FieldInfo
from personas.criteria.tree import empty_body

from .samples import CATALOGUE as SAMPLES
from .samples import PRICING, event, item
from .samples import field as asks

LEADS = 1_000
CATALOGUE = SAMPLES | {
    "lead.birth_date": replace(SAMPLES["lead.birth_date"], steady=True),
    "lead.phone": FieldInfo("lead.phone", "text", "phone", "téléphone", "le", personal=True),
    "lead.x_hobby": FieldInfo("lead.x_hobby", "text", "hobby", "loisir", "le", personal=True),
    "lead.x_budget": FieldInfo("lead.x_budget", "money", "budget", "budget", "le"),
    "company.x_tools": FieldInfo("company.x_tools", "text", "tools", "outils", "les", "m", plural=True),
}


@dataclass(frozen=True)
class Case:
    name: str
    body: Mapping[str, Any]
    expected: frozenset[tuple[str, str]] = frozenset()
    hits: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def seen(self) -> dict[str, int]:
        """Hits of every criterion and condition: a middling number unless something else is said."""
        paths = [tree.written(path[:-1] if path[0] in tree.AXES else path) for path, _cond in tree.roots(self.body)]
        return {path: 120 + 7 * at for at, path in enumerate(paths)} | dict(self.hits)


STEPS = {"kind": "steps", "steps": [[30, 500_000], [90, 0]]}
HALF = {"kind": "half_life", "days": 30}
FIT = [
    [item("function", 45, asks("lead.function", "one_of", ["marketing", "direction"])), item("size", 40, asks("company.employees", "between", [50, 500]))],
    [item("function", 50, asks("lead.function", "is", "marketing")), item("industry", 30, asks("company.industry", "one_of", ["SaaS", "Services"]))],
    [item("small", -20, asks("company.employees", "at_most", 9)), item("big", 55, asks("company.employees", "at_least", 50)), item("origin", 25, asks("lead.x_origin", "is_set"))],
    [item("both", 80, {"all": [asks("lead.function", "is", "direction"), asks("company.employees", "at_least", 10)]})],
    [item("one", 40, {"any": [asks("company.industry", "is", "SaaS"), asks("company.x_tools", "contains", "crm")]}), item("maud", 40, {"persona": 12})],
    [{"key": "firm", "cap": 60, "items": [item("size", 40, asks("company.employees", "at_least", 100)), item("rich", 30, asks("company.revenue", "at_least", 1_000_000))]}, item("function", 30, asks("lead.function", "is_not", "student"))],
    [item("renewal", 40, asks("lead.renewal", "days_until_at_most", 90)), item("budget", 40, asks("lead.x_budget", "at_least", 5_000))],
    [item("sites", 35, asks("company.sites", "starts_with", "Lyon")), item("rest", 45, {"none": [asks("lead.function", "is", "student"), asks("company.industry", "is", "Public")]})],
]  # fmt: skip
ENGAGEMENT = [
    [item("pricing", 20, event("page", 30, page=PRICING), each=True, cap=60), item("clicks", 5, event("mail_click", 30), each=True, cap=20)],
    [item("webinar", 45, event("webinar"), decay=STEPS), item("form", 40, event("form", 60))],
    [item("demo", 60, event("demo", 90), decay=HALF), item("gone", -30, event("unsubscribe")), item("read", 20, event("download", 45, count=2))],
    [{"key": "web", "cap": 60, "items": [item("any", 10, event("page", 14), each=True, cap=40), item("price", 40, event("page", 14, page=PRICING))]}, item("call", 20, event("track", 30, name="call back"))],
    [item("seen", 50, event("page", 7, count=3)), item("silent", -10, event("page", 60, absent=True)), item("trial", 30, event("track", 30, name="trial", props=[{"key": "plan", "op": "is", "value": "pro"}]))],
]  # fmt: skip
REST = [
    {}, {"never": [asks("lead.opted_out", "is", True)]}, {"must": [asks("lead.email", "is_set")], "direct": [event("demo", 30)]},
    {"never": [{"persona": 13}, asks("lead.opted_out", "is", True)], "mql": ["A1", "A2"]},
    {"must": [asks("company.employees", "at_least", 5)], "never": [asks("company.industry", "is", "Public")]},
    {"direct": [{"all": [event("form", 30, form="Contact"), asks("lead.email", "is_set")]}], "hysteresis": 5},
    {"must": [{"any": [asks("lead.phone", "is_set"), asks("lead.email", "is_set")]}], "cooldown_days": 60},
]  # fmt: skip


def definition(fit: int = 0, engagement: int = 0, **rest: Any) -> dict[str, Any]:
    one = empty_body() | deepcopy(rest)
    one["fit"]["items"], one["engagement"]["items"] = deepcopy(FIT[fit]), deepcopy(ENGAGEMENT[engagement])
    return one


CLEAN = [
    Case(f"clean {fit}.{done}", definition(fit, done, **REST[(5 * fit + done) % len(REST)]))
    for fit in range(len(FIT))
    for done in range(len(ENGAGEMENT))
]


def _with(axis: str, *more: Mapping, fit: int = 0, engagement: int = 0, **rest: Any) -> dict[str, Any]:
    one = definition(fit, engagement, **rest)
    one[axis]["items"] = [*one[axis]["items"], *more]
    return one


def _fault(name: str, body: Mapping, *where: tuple[str, str], **seen: Any) -> Case:
    return Case(name, body, frozenset(where), **seen)


_small, _big = asks("company.employees", "at_most", 9), asks("company.employees", "at_least", 50)
_open = item("open", 5, event("mail_open", 30), each=True, cap=15)

PLANTED = [
    # hits nobody
    _fault("nobody: a criterion", definition(), ("fit.items.0", "hits_nobody"), hits={"fit.items.0": 0}),
    _fault("nobody: an act", definition(1, 1), ("engagement.items.1", "hits_nobody"), hits={"engagement.items.1": 0}),
    _fault("nobody: inside a group", definition(5, 0), ("fit.items.0.items.1", "hits_nobody"), hits={"fit.items.0.items.1": 0}),
    _fault("nobody: a must", definition(must=[_big]), ("must.0", "hits_nobody"), hits={"must.0": 0}),
    _fault("nobody: a direct path", definition(direct=[event("demo", 5)]), ("direct.0", "hits_nobody"), hits={"direct.0": 0}),
    # hits everybody
    _fault("everybody: a criterion", definition(1), ("fit.items.1", "hits_everybody"), hits={"fit.items.1": LEADS}),
    _fault("everybody: an act", definition(0, 0), ("engagement.items.0", "hits_everybody"), hits={"engagement.items.0": LEADS}),
    _fault("everybody: a negative one", definition(2), ("fit.items.0", "hits_everybody"), hits={"fit.items.0": LEADS}),
    _fault("everybody: a never", definition(never=[_small]), ("never.0", "hits_everybody"), hits={"never.0": LEADS}),
    _fault("everybody: a direct path", definition(direct=[event("page")]), ("direct.0", "hits_everybody"), hits={"direct.0": LEADS}),
    # cells out of reach
    _fault("cell: fit too poor", definition(fit=0) | {"fit": {"bands": [90, 50, 25], "cap": 100, "items": FIT[0]}}, *((f"mql.{n}", "unreachable_cell") for n in (0, 1))),
    _fault("cell: engagement too poor", definition(0, 0) | {"engagement": {"bands": [90, 50, 25], "cap": 100, "items": ENGAGEMENT[0]}}, ("mql.0", "unreachable_cell"), ("mql.2", "unreachable_cell")),
    _fault("cell: cap of the axis", definition(mql=["A1"]) | {"fit": {"bands": [75, 50, 25], "cap": 70, "items": FIT[0]}}, ("mql.0", "unreachable_cell")),
    _fault("cell: cap of a group", definition(mql=["A1"]) | {"fit": {"bands": [75], "cap": 100, "items": [{"key": "g", "cap": 60, "items": [item("a", 50, _big), item("b", 50, asks("lead.x_origin", "is_set"))]}]}}, ("mql.0", "unreachable_cell")),
    _fault("cell: cap of a criterion", definition(mql=["A1"]) | {"engagement": {"bands": [60], "cap": 100, "items": [item("a", 20, event("form", 30), each=True, cap=50)]}}, ("mql.0", "unreachable_cell")),
    _fault("cell: only negative points", definition(mql=["A1"]) | {"fit": {"bands": [50], "cap": 100, "items": [item("a", -30, _small)]}}, ("mql.0", "unreachable_cell")),
    # conditions that exclude one another
    _fault("contradiction: sizes asked for", definition(must=[_big, _small]), ("must", "contradiction")),
    _fault("contradiction: in a criterion", _with("fit", item("x", 10, {"all": [_big, _small]})), ("fit.items.2.when", "contradiction")),
    _fault("contradiction: two values", _with("fit", item("x", 10, {"all": [asks("lead.x_origin", "is", "fair"), asks("lead.x_origin", "is", "web")]})), ("fit.items.2.when", "contradiction")),
    _fault("contradiction: set and not", definition(never=[{"all": [asks("lead.phone", "is_set"), asks("lead.phone", "is_not_set")]}]), ("never.0", "contradiction")),
    _fault("contradiction: a choice left none", definition(direct=[{"all": [asks("lead.function", "is", "student"), asks("lead.function", "none_of", ["student", "direction"])]}]), ("direct.0", "contradiction")),
    _fault("contradiction: dates", definition(must=[asks("lead.renewal", "before", "2026-03-01"), asks("lead.renewal", "after", "2026-03-01")]), ("must", "contradiction")),
    _fault("contradiction: begins otherwise", _with("fit", item("x", 10, {"all": [asks("company.sites", "is", "Paris"), asks("company.sites", "starts_with", "Lyon")]})), ("fit.items.2.when", "contradiction")),
    _fault("contradiction: done and not done", definition(direct=[{"all": [event("form", 7), event("form", 30, absent=True)]}]), ("direct.0", "contradiction")),
    _fault("contradiction: a page and none", _with("fit", item("x", 10, {"all": [event("page", 7, page=PRICING), event("page", absent=True)]})), ("fit.items.2.when", "contradiction")),
    _fault("contradiction: asked for, and its wider kind excluded", definition(must=[_big], never=[asks("company.employees", "at_least", 10)]), ("must", "contradiction")),
    _fault("contradiction: points that the musts forbid", _with("fit", item("x", 10, _small), must=[_big]), ("fit.items.2.when", "never_with_must")),
    _fault("contradiction: asked for and excluded", definition(must=[_big], never=[_big]), ("must.0", "must_and_never")),
    # the same twice
    _fault("duplicate: in one axis", _with("fit", item("x", 5, asks("company.employees", "between", [50, 500]))), ("fit.items.2.when", "duplicate")),
    _fault("duplicate: lists in another order", _with("fit", item("x", 5, asks("lead.function", "one_of", ["direction", "marketing"]))), ("fit.items.2.when", "duplicate")),
    _fault("duplicate: in both axes", _with("engagement", item("x", 5, asks("company.employees", "between", [50, 500]))), ("engagement.items.2.when", "duplicate")),
    _fault("duplicate: nevers", definition(never=[_small, asks("lead.opted_out", "is", True), _small]), ("never.2", "duplicate")),
    _fault("duplicate: an order inside", definition(direct=[{"any": [event("demo"), event("form")]}, {"any": [event("form"), event("demo", count=1)]}]), ("direct.1", "duplicate")),
    _fault("duplicate: musts", definition(must=[_big, asks("lead.email", "is_set"), _big]), ("must.2", "duplicate")),
    # one act counted twice
    _fault("twice: two windows", _with("engagement", item("x", 10, event("page", 7, page=PRICING))), ("engagement.items.2", "counted_twice")),
    _fault("twice: a wider page", _with("engagement", item("x", 2, event("page", 30), each=True, cap=10)), ("engagement.items.2", "counted_twice")),
    _fault("twice: a named form", _with("engagement", item("x", 20, event("form", 60, form="Contact")), engagement=1), ("engagement.items.2", "counted_twice")),
    _fault("twice: a property", _with("engagement", item("x", 10, event("track", 30, name="trial")), engagement=4), ("engagement.items.3", "counted_twice")),
    _fault("twice: on both axes", _with("fit", item("x", 10, event("demo", 30)), engagement=2), ("engagement.items.0", "counted_twice")),
    _fault("twice: a group and one outside", _with("engagement", item("x", 10, event("page", 30)), engagement=3), ("engagement.items.2", "counted_twice")),
    # never fades
    _fault("for ever: once", _with("engagement", item("x", 15, event("track", name="fair"))), ("engagement.items.2", "never_fades")),
    _fault("for ever: each time", _with("engagement", item("x", 5, event("download"), each=True, cap=20)), ("engagement.items.2", "never_fades")),
    _fault("for ever: steps that stop", _with("engagement", item("x", 15, event("track", name="fair"), decay={"kind": "steps", "steps": [[30, 500_000]]})), ("engagement.items.2", "never_fades")),
    _fault("for ever: several times", _with("engagement", item("x", 15, event("download", count=3))), ("engagement.items.2", "never_fades")),
    _fault("for ever: in a group", _with("engagement", {"key": "g", "cap": 30, "items": [item("x", 15, event("track", name="fair"))]}), ("engagement.items.2.items.0", "never_fades")),
    # weight on mail opens
    _fault("opens: each", _with("engagement", _open), ("engagement.items.2.when", "mail_opens")),
    _fault("opens: once", _with("engagement", item("x", 10, event("mail_open", 30))), ("engagement.items.2.when", "mail_opens")),
    _fault("opens: inside any", _with("engagement", item("x", 10, {"any": [event("mail_open", 30), event("download", 30)]})), ("engagement.items.2.when.any.0", "mail_opens")),
    _fault("opens: a direct path", definition(direct=[event("mail_open", 30, count=5)]), ("direct.0", "mail_opens")),
    _fault("opens: in a group", _with("engagement", {"key": "g", "cap": 30, "items": [_open]}), ("engagement.items.2.items.0.when", "mail_opens")),
    # filled in by sales only after contact
    _fault("late: a budget", definition(6), ("fit.items.1.when", "filled_late"), late={"lead.x_budget": (80, 100)}),
    _fault("late: a need in a must", definition(must=[asks("company.x_tools", "is_set")]), ("must.0", "filled_late"), late={"company.x_tools": (30, 40)}),
    _fault("late: inside any", definition(4), ("fit.items.0.when.any.1", "filled_late"), late={"company.x_tools": (21, 40)}),
    _fault("late: half of twenty", definition(6, 1), ("fit.items.0.when", "filled_late"), late={"lead.renewal": (10, 20)}),
    # personal data of little use
    _fault("personal: an age", _with("fit", item("x", 15, asks("lead.birth_date", "age_between", [30, 45]))), ("fit.items.2.when", "personal")),
    _fault("personal: few points", _with("fit", item("x", 5, asks("lead.x_hobby", "is_set"))), ("fit.items.2.when", "personal")),
    _fault("personal: it tells nobody apart", _with("fit", item("x", 15, asks("lead.x_hobby", "is_set"))), ("fit.items.2.when", "personal"), hits={"fit.items.2": 985}),
    _fault("personal: an age excluded", definition(never=[asks("lead.birth_date", "age_between", [0, 24])]), ("never.0", "personal")),
    # a cap below single points
    _fault("cap: of a criterion", _with("engagement", item("x", 30, event("download", 30), each=True, cap=20)), ("engagement.items.2", "cap_below_points")),
    _fault("cap: of a group", _with("fit", {"key": "g", "cap": 10, "items": [item("x", 15, asks("lead.x_origin", "is", "fair")), item("y", 5, asks("company.sites", "is", "Lyon"))]}), ("fit.items.2.items.0", "group_below_points")),
]  # fmt: skip


_bands = [
    item("s", 30, asks("company.employees", "between", [10, 49])),
    item("m", 40, asks("company.employees", "between", [50, 199])),
    item("l", 30, asks("company.employees", "at_least", 200)),
]
_roles = [
    item("m", 50, asks("lead.function", "is", "marketing")),
    item("d", 50, asks("lead.function", "is", "direction")),
]
_student, _likely = (
    asks("lead.function", "is", "student"),
    {"any": [event("page", 30, page=PRICING), event("webinar", 30)]},
)
_once = {"any": [event("page", page=PRICING), event("webinar")]}
_reached = {"event": {"kind": "attempt", "outcome": "reached"}, "within": 30}


def _fit(*items: Mapping, **rest: Any) -> dict[str, Any]:
    one = definition(0, 1, **rest)
    one["fit"]["items"] = deepcopy(list(items))
    return one


PLANTED += [
    # points that exclude each other
    _fault("cell: bands of one field", _fit(*_bands, mql=["A1"]), ("mql.0", "unreachable_cell")),
    _fault("cell: two values of one field", _fit(*_roles, mql=["A1", "A2"]), ("mql.0", "unreachable_cell"), ("mql.1", "unreachable_cell")),
    _fault("cell: bands in a group", _fit({"key": "g", "cap": 90, "items": _bands}, mql=["A1"]), ("mql.0", "unreachable_cell")),
    _fault("cell: bands beside a value", _fit(*_bands, item("o", 30, asks("lead.x_origin", "is_set")), mql=["A1"]), ("mql.0", "unreachable_cell")),
    _fault("cell: done and not done", definition(mql=["A1"]) | {"engagement": {"bands": [75], "cap": 100, "items": [item("a", 50, event("form", 30)), item("b", 50, event("form", 60, absent=True))]}}, ("mql.0", "unreachable_cell")),
    # never fades, in other shapes
    _fault("for ever: one of several", _with("engagement", item("x", 80, {"any": [event("track", name="fair"), event("track", name="visit")]})), ("engagement.items.2", "never_fades")),
    _fault("for ever: one of several has no window", _with("engagement", item("x", 15, {"any": [event("track", 30, name="fair"), event("track", name="visit")]})), ("engagement.items.2", "never_fades")),
    _fault("for ever: with a fact", _with("engagement", item("x", 15, {"all": [event("track", name="fair"), asks("lead.phone", "is_set")]})), ("engagement.items.2", "never_fades")),
    _fault("for ever: on the fit axis", _with("fit", item("x", 15, event("track", name="fair"))), ("fit.items.2", "never_fades")),
    # one act counted twice, in other shapes
    _fault("twice: one of several", _with("engagement", item("x", 15, {"any": [event("page", 30, page=PRICING), event("webinar", 30)]})), ("engagement.items.2", "counted_twice")),
    _fault("twice: two lists of acts", _with("engagement", item("x", 15, {"any": [event("track", 30, name="a"), event("track", 30, name="b")]}), item("y", 15, {"any": [event("track", 30, name="b"), event("track", 30, name="c")]})), ("engagement.items.3", "counted_twice")),
    # conditions that exclude one another, in other shapes
    _fault("contradiction: points for a persona that is excluded", _with("fit", item("x", 10, {"persona": 12}), never=[{"persona": 12}]), ("fit.items.2.when", "never_with_must")),
    _fault("contradiction: a direct path that is excluded", definition(direct=[{"all": [_big, _student]}], never=[_student]), ("direct.0", "way_excluded")),
    _fault("contradiction: a direct path that the musts forbid", definition(direct=[{"all": [event("demo", 30), _small]}], must=[_big]), ("direct.0", "way_excluded")),
    _fault("contradiction: any of two that the musts forbid", _with("fit", item("x", 10, {"any": [asks("company.employees", "at_most", 5), asks("company.employees", "at_most", 8)]}), must=[_big]), ("fit.items.2.when", "never_with_must")),
    _fault("contradiction: a must of two that are excluded", definition(must=[{"any": [_student, _small]}], never=[_student, asks("company.employees", "at_most", 20)]), ("must", "contradiction")),
    _fault("contradiction: none of what is asked", _with("fit", item("x", 10, {"all": [_big, {"none": [asks("company.employees", "at_least", 20)]}]})), ("fit.items.2.when", "contradiction")),
    # what sales did itself
    _fault("own: points", _with("engagement", item("x", 15, _reached)), ("engagement.items.2.when", "own_attempts")),
    _fault("own: a must", definition(must=[_reached]), ("must.0", "own_attempts")),
    _fault("own: a direct path", definition(direct=[{"all": [_reached, _big]}]), ("direct.0.all.0", "own_attempts")),
]  # fmt: skip

# Definitions that come near a fault and are none.
NEAR = [
    Case("near: bands that reach with something else", _fit(*_bands, item("o", 40, asks("lead.x_origin", "is_set")), mql=["A1"])),
    Case("near: bands that overlap", _fit(item("s", 40, asks("company.employees", "at_least", 10)), item("m", 40, asks("company.employees", "at_least", 50)), mql=["A1"])),
    Case("near: a text that may hold both", _fit(item("s", 40, asks("company.sites", "contains", "Lyon")), item("m", 40, asks("company.sites", "contains", "Paris")), mql=["A1"])),
    Case("near: one of several, all with a window", _with("engagement", item("x", 15, {"any": [event("track", 30, name="fair"), event("track", 9, name="visit")]}))),
    Case("near: an act for ever beside a recent one", _with("engagement", item("x", 15, {"all": [event("track", name="fair"), event("track", 30, name="visit")]}))),
    Case("near: never done", _with("engagement", item("x", 15, {"none": [event("track", name="complaint")]}))),
    Case("near: both acts together beside one of them", _with("engagement", item("x", 15, {"all": [event("page", 30, page=PRICING), event("webinar", 30)]}))),
    Case("near: one of several under a common cap", definition() | {"engagement": {"bands": [75], "cap": 100, "items": [{"key": "g", "cap": 60, "items": [item("a", 40, event("page", 30, page=PRICING)), item("b", 30, _likely)]}, item("c", 40, event("form", 30))]}}),
    Case("near: points for another persona", _with("fit", item("x", 10, {"persona": 12}), never=[{"persona": 13}])),
    Case("near: a direct path for others than the excluded", definition(direct=[{"all": [_big, asks("lead.function", "is", "marketing")]}], never=[_student])),
    Case("near: any of two, one of them left", _with("fit", item("x", 10, {"any": [asks("company.employees", "at_most", 5), asks("company.employees", "at_least", 80)]}), must=[_big])),
    Case("near: excluded only together", definition(direct=[{"all": [event("demo", 30), _student]}], never=[{"all": [_student, _small]}])),
    Case("near: not called lately", definition(must=[{"event": {"kind": "attempt"}, "within": 30, "absent": True}])),
    Case("near: points taken away after calls", _with("engagement", item("x", -20, {"event": {"kind": "attempt", "outcome": "no_answer"}, "within": 30, "count": 3}))),
    Case("near: never whoever gave a wrong number", definition(never=[{"event": {"kind": "attempt", "outcome": "wrong_number"}, "within": None}])),
]  # fmt: skip


def _spoil_hits(number: int, key: str, guard: str) -> Callable[[Case, Random], Case | None]:
    """A must that everybody has and a never that nobody has are guards, and no fault."""

    def spoil(case: Case, random: Random) -> Case:
        path = random.choice([path for path in sorted(case.seen()) if not path.startswith(guard)])
        return replace(case, expected=frozenset({(path, key)}), hits={path: number})

    return spoil


def _added(axis: str, entry: Mapping, key: str, deeper: str = "") -> Callable[[Case, Random], Case]:
    def spoil(case: Case, random: Random) -> Case:
        one = deepcopy(dict(case.body))
        place = len(one[axis]["items"])
        one[axis]["items"].append(deepcopy(dict(entry)))
        return replace(case, body=one, expected=frozenset({(f"{axis}.items.{place}{deeper}", key)}))

    return spoil


def _doubled(case: Case, random: Random) -> Case | None:
    """A copy of a criterion that is no act, with other points."""
    one = deepcopy(dict(case.body))
    plain = [entry for entry in one["fit"]["items"] if not tree.is_group(entry)]
    if not plain:
        return None
    one["fit"]["items"].append(deepcopy(random.choice(plain)) | {"key": "again", "points": 3})
    return replace(
        case, body=one, expected=frozenset({(f"fit.items.{len(one['fit']['items']) - 1}.when", "duplicate")})
    )


def _lowered(case: Case, random: Random) -> Case | None:
    """A cap under the points of a criterion that counts each time."""
    one = deepcopy(dict(case.body))
    each = [
        (path, entry) for path, entry, group in tree.items(one, "engagement") if entry.get("each") and group is None
    ]
    if not each:
        return None
    path, entry = random.choice(each)
    entry["cap"] = entry["points"] - 1
    return replace(
        case,
        body=one | {"mql": []} | {"direct": one["direct"] or [event("demo", 9)]},
        expected=frozenset({(tree.written(path), "cap_below_points")}),
    )


def _too_high(case: Case, random: Random) -> Case:
    """A highest band that the points cannot reach."""
    axis = random.choice(tree.AXES)
    one = deepcopy(dict(case.body))
    one[axis]["cap"], one["mql"] = one[axis]["bands"][0] - 1, ["A1"]
    return replace(case, body=one, expected=frozenset({("mql.0", "unreachable_cell")}))


def _twice(case: Case, random: Random) -> Case:
    one = deepcopy(dict(case.body))
    place = len(one["engagement"]["items"])
    one["engagement"]["items"] += [
        item("odd 1", 10, event("track", 20, name="odd")),
        item("odd 2", 5, event("track", 9, name="odd")),
    ]
    return replace(case, body=one, expected=frozenset({(f"engagement.items.{place + 1}", "counted_twice")}))


def _twice_in_a_list(case: Case, random: Random) -> Case:
    """A list of acts one of which has points already."""
    one = deepcopy(dict(case.body))
    place = len(one["engagement"]["items"])
    acts = [event("track", 20, name=name) for name in ("odd", "odder", "oddest")]
    random.shuffle(acts)
    one["engagement"]["items"] += [item("odd 1", 10, acts[0]), item("odd 2", 5, {"any": acts})]
    return replace(case, body=one, expected=frozenset({(f"engagement.items.{place + 1}", "counted_twice")}))


def _bands_only(case: Case, random: Random) -> Case:
    """Fit by the size alone, in bands that exclude one another and together would reach."""
    one = deepcopy(dict(case.body))
    edges = sorted(random.sample(range(10, 500), 3))
    bands = [[edges[0], edges[1] - 1], [edges[1], edges[2] - 1], [edges[2], 9_999]]
    one["fit"]["items"] = [
        item(f"band {at}", random.choice([30, 40]), asks("company.employees", "between", band)) for at, band in enumerate(bands)
    ]  # fmt: skip
    one["must"], one["mql"] = [], ["A1"]
    return replace(case, body=one, expected=frozenset({("mql.0", "unreachable_cell")}))


def _persona_excluded(case: Case, random: Random) -> Case:
    one = deepcopy(dict(case.body))
    place = len(one["fit"]["items"])
    one["fit"]["items"].append(item("odd", 10, {"persona": 99}))
    one["never"] = [*one["never"], {"persona": 99}]
    return replace(case, body=one, expected=frozenset({(f"fit.items.{place}.when", "never_with_must")}))


MUTATORS: dict[str, Callable[[Case, Random], Case | None]] = {
    "hits nobody": _spoil_hits(0, "hits_nobody", "never"),
    "hits everybody": _spoil_hits(LEADS, "hits_everybody", "must"),
    "a contradiction": _added("fit", item("odd", 10, {"all": [asks("lead.x_origin", "is", "fair"), asks("lead.x_origin", "is_not", "fair")]}), "contradiction", ".when"),
    "a duplicate": _doubled,
    "for ever": _added("engagement", item("odd", 10, event("track", name="met at a fair")), "never_fades"),
    "mail opens": _added("engagement", item("odd", 10, event("mail_open", 20)), "mail_opens", ".when"),
    "an act twice": _twice,
    "personal": _added("fit", item("odd", 20, asks("lead.birth_date", "age_between", [30, 50])), "personal", ".when"),
    "a low cap": _lowered,
    "bands": _bands_only,
    "for ever, one of several": _added("engagement", item("odd", 10, {"any": [event("track", name="met at a fair"), event("track", 20, name="odd")]}), "never_fades"),
    "an act in a list": _twice_in_a_list,
    "a persona excluded": _persona_excluded,
    "own attempts": _added("engagement", item("odd", 10, _reached), "own_attempts", ".when"),
    "a high band": _too_high,
}  # fmt: skip

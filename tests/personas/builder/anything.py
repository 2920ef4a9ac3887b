"""Any valid condition, criterion and definition over a catalogue (hypothesis)."""

from hypothesis import strategies as st

from personas.criteria import tree
from personas.criteria.behaviours import ATTEMPT, ATTEMPT_PARTS, EVENT_KINDS
from personas.criteria.fields import BOOL, CHOICE, DATE, MONEY, NUMBER
from personas.criteria.operators import DAYS, LIST, NONE, OPERATORS, RANGE, YEARS, property_operators
from personas.criteria.validate import validate_condition
from tests.personas.criteria.test_properties import fadings

WORDS = st.sampled_from(["Élan", "a, b", "SaaS", "l’eau “x”", "12", "true", "<b>&amp;", "50 %", " spaced ", "☕"])
AMOUNTS = st.integers(-5, 60_000) | st.sampled_from(["12.5", "-3.25", "7", "0012", "1000000.5"])
DAYS_OF_LIFE = st.dates().map(lambda day: day.isoformat())


def _scalars(info, words=WORDS):
    if info.type in (NUMBER, MONEY):
        return AMOUNTS
    if info.type == DATE:
        return DAYS_OF_LIFE
    if info.type == BOOL:
        return st.booleans()
    return st.sampled_from(sorted(info.choices)) if info.type == CHOICE and info.choices else words


def _operands(op, scalars):
    whole = st.integers(0, 130)
    return {
        NONE: st.none(),
        LIST: st.lists(scalars, min_size=1, max_size=4),
        RANGE: st.lists(scalars, min_size=2, max_size=2),
        YEARS: st.lists(whole, min_size=2, max_size=2).map(sorted),
        DAYS: whole,
    }.get(op.operand, scalars)


@st.composite
def fields(draw, catalogue, words=WORDS):
    info = catalogue[draw(st.sampled_from(sorted(catalogue)))]
    op = draw(st.sampled_from([one for one in OPERATORS.values() if info.type in one.types]))
    value = draw(_operands(op, _scalars(info, words)))
    return {"field": info.key, "op": op.name} | ({} if op.operand == NONE else {"value": value})


@st.composite
def props(draw, words=WORDS):
    op = draw(st.sampled_from(property_operators()))
    scalars = draw(st.sampled_from([AMOUNTS, words, st.booleans()]))
    value = draw(_operands(op, scalars))
    return {"key": draw(words), "op": op.name} | ({} if op.operand == NONE else {"value": value})


@st.composite
def events(draw, words=WORDS):
    filter_ = {"kind": draw(st.sampled_from(EVENT_KINDS))}
    if filter_["kind"] == ATTEMPT:
        filter_ |= draw(
            st.fixed_dictionaries({}, optional={part: st.sampled_from(all_) for part, all_ in ATTEMPT_PARTS.items()})
        )
        return _often(draw, filter_)
    for part, values in (("name", words), ("form", words), ("campaign", words | st.integers(1, 9))):
        if (filter_["kind"] == "track" and part == "name") or draw(st.booleans()):
            filter_[part] = draw(values)
    if draw(st.booleans()):
        filter_["page"] = {"op": draw(st.sampled_from(["like", "is"])), "value": draw(words)}
    if draw(st.booleans()):
        filter_["props"] = draw(st.lists(props(words), max_size=2))
    return _often(draw, filter_)


def _often(draw, filter_):
    """With how often, in how many days, or not at all."""
    cond = {"event": filter_}
    for part, values in (
        ("within", st.none() | st.integers(1, 90)),
        ("count", st.integers(1, 4)),
        ("absent", st.booleans()),
    ):
        if draw(st.booleans()):
            cond[part] = draw(values)
    return cond


def conditions(catalogue, personas=(1, 2), words=WORDS):
    """Valid trees, up to three deep; `words`: the texts in them."""
    leaves = fields(catalogue, words) | events(words) | st.sampled_from(list(personas)).map(lambda pk: {"persona": pk})
    trees = st.recursive(
        leaves,
        lambda inner: st.builds(lambda name, kids: {name: kids}, st.sampled_from(tree.GROUPS), st.lists(inner, min_size=1, max_size=3)),
        max_leaves=4,
    )  # fmt: skip
    kinds = ("field", "persona", "event")
    return trees.filter(lambda cond: not validate_condition(cond, catalogue, kinds))


@st.composite
def criteria(draw, key, catalogue, personas=(1, 2), words=WORDS):
    when = draw(conditions(catalogue, personas, words))
    item = {"key": key, "points": draw(st.integers(-100, 100).filter(bool)), "when": when}
    for part, values in (("cap", st.none() | st.integers(1, 100)), ("each", st.just(False)), ("decay", st.none())):
        if draw(st.booleans()):
            item[part] = draw(values)
    if "event" in when and not when.get("absent"):
        if when.get("count", 1) == 1 and draw(st.booleans()):
            item["each"] = True
            if draw(st.booleans()):
                item["daily"] = draw(st.none() | st.integers(1, 100))
        fading = draw(fadings(item["points"]))
        if fading:
            item["decay"] = fading
    return item


@st.composite
def definitions(draw, catalogue, personas=(1, 2)):
    """A valid body with groups, lists and settings, some of them left out."""
    body = {}
    for axis in tree.AXES:
        items = [draw(criteria(f"{axis}{n}", catalogue, personas)) for n in range(draw(st.integers(0, 3)))]
        if len(items) > 1 and draw(st.booleans()):
            items = [items[0], {"key": f"{axis}-g", "cap": draw(st.integers(1, 100)), "items": items[1:]}]
        bands = draw(st.sampled_from([[75, 50, 25], [60], [90, 10]]))
        body[axis] = {"bands": bands, "items": items} | draw(st.sampled_from([{}, {"cap": 100}, {"cap": 80}]))
    cells = draw(st.lists(st.sampled_from(["A1", "A2", "B1", "B2"]), unique=True))
    body |= draw(st.sampled_from([{}, {"mql": cells}])) | {"mql": cells}
    for name in tree.LISTS:
        if draw(st.booleans()):
            body[name] = draw(st.lists(conditions(catalogue, personas), max_size=2))
    for name, values in (
        ("hysteresis", st.integers(0, 50)),
        ("cooldown_days", st.integers(0, 400)),
        ("pace", st.integers(1, 99)),
    ):
        if draw(st.booleans()):
            body[name] = draw(values)
    if draw(st.booleans()):
        body["mandatory"] = draw(st.lists(st.sampled_from(["lead.email"]), max_size=1))
    return body

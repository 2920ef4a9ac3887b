"""Pages of docs/: what criteria may say."""

from collections.abc import Callable

from personas import catalogue
from personas.criteria.behaviours import EVENT_KINDS
from personas.criteria.decay import DECAYS
from personas.criteria.fields import SUBJECTS
from personas.criteria.operators import OPERATORS
from personas.criteria.phrases import EVENT_PHRASES
from personas.definitions.catalogue import COMPANY_SUMS
from smarketing.web.generated import table


def pages() -> dict[str, Callable[[], str]]:
    return {"criteria.md": criteria}


def criteria() -> str:
    """Every field built in, every operator with the types it takes, every kind of event, every fading."""
    usable = [one for one in catalogue.BUILTIN if one.key.split(".")[0] in SUBJECTS]
    fields = [(f"`{one.key}`", one.type, one.label_en, one.label_fr) for one in usable]
    operators = [(f"`{op.name}`", ", ".join(op.types), op.operand, *op.label) for op in OPERATORS.values()]
    events = [(f"`{kind}`", EVENT_PHRASES[kind][0], EVENT_PHRASES[kind][2]) for kind in EVENT_KINDS]
    decays = [
        (f"`{one.name}`", *one.label, "yes" if one.negative else "no", "" if one.by_steps else one.longest)
        for one in DECAYS.values()
    ]
    said = ("English", "French")
    return (
        "# Criteria\n\nA condition tests one field, one persona, or what was done (by the lead, or by sales: `attempt`). **What is absent\n"
        "makes every condition false**, except `is_not_set`; `none` is the contrary of `any`. Text is compared without regard to capitals.\n\n"
        "## Fields\n\nCustom attributes (Settings → Attributes) stand beside these.\n\n"
        + table(("field", "type", *said), fields)
        + "\nCounted each night over the people of a company, from one local midnight to the next (never inside the day; absent while nobody\n"
        "of it is known): "
        + ", ".join(f"`{info.key}` ({info.label_en})" for info in COMPANY_SUMS)
        + ".\n\n## Operators\n\n"
        + table(("operator", "types of field", "operand", *said), operators)
        + "\n## What was done\n\n"
        + table(("kind", *said), events)
        + "\nHow often, in how many days, or not at all. What a lead did counts anew after a recycling; attempts of sales go on counting.\n"
        + "\n## Fading\n\n"
        + table(("fading", *said, "also of points taken away", "most days"), decays)
        + "\nWeights are whole millionths by whole local days; a criterion's points are cut to whole points towards zero. Points each time may\n"
        "be limited to so many a local day (`daily`).\n"
    )

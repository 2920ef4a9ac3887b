"""Pages of docs/: the operators of criteria."""

from collections.abc import Callable

from personas.criteria.decay import KINDS
from personas.criteria.operators import OPERATORS
from smarketing.web.generated import table


def pages() -> dict[str, Callable[[], str]]:
    return {"criteria.md": criteria}


def criteria() -> str:
    """Every operator with the types it takes."""
    rows = [(f"`{op.name}`", ", ".join(op.types), op.operand) for op in OPERATORS.values()]
    return (
        "# Criteria\n\nA condition tests one field, one behaviour or one persona. **What is absent makes every condition false**,\n"
        "except `is_not_set`; `none` is the contrary of `any`. Text is compared without regard to capitals.\n\n"
        + table(("operator", "types of field", "operand"), rows)
        + "\nPoints fade by: "
        + ", ".join(f"`{kind}`" for kind in KINDS)
        + ". Weights are whole millionths by whole local days; a criterion's points are cut to whole points towards zero.\n"
    )

"""Pages of docs/: the reasons of refusals and returns."""

from collections.abc import Callable

from leads.handoffs.reasons import LOSSES, REASONS
from smarketing.web.generated import in_french, table


def pages() -> dict[str, Callable[[], str]]:
    return {"reasons.md": reasons}


def reasons() -> str:
    """Every reason with what it asks and what follows."""
    rows = [
        (
            f"`{one.code}`", one.family, str(one.label), in_french(one.label), " or ".join(one.acts), str(one.question) or "–",
            one.next, f"{one.delay} days" if one.delay else "–", "yes" if one.excluded else "",
        )
        for one in REASONS.values()
    ]  # fmt: skip
    head = (
        "code",
        "family",
        "reason",
        "in French",
        "for",
        "asks",
        "next stage",
        "back after",
        "left out of acceptance",
    )
    lost = table(
        ("code", "reason", "in French"), [(f"`{o.code}`", str(o.label), in_french(o.label)) for o in LOSSES.values()]
    )
    return (
        "# Reasons\n\nA refusal is a no before any attempt, a return a giving back after work. These are the reasons a company"
        " begins with; it renames, orders, retires and adds to them in Settings, Reason codes.\n\n"
        + table(head, rows)
        + "\n## Deals lost\n\nA lead without another open or won deal is recycled.\n\n"
        + lost
    )

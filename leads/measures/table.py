"""The table of measures of leads. Adding one is one row here and, where rows are new, one population."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from smarketing.measures.registry import Measure, register

from . import dimensions, handoffs

MEASURES = (
    Measure(
        "mql", _("MQL handed to sales"),
        _("First handoffs of a lead on a definition, by the day of the handoff; handoffs undone are left out."),
        "count", partial(handoffs.handed, which=handoffs.FIRST), dimensions=dimensions.of_handoffs, order=20,
    ),
    Measure(
        "mql_repeated", _("Repeated handoffs"),
        _("Handoffs of leads handed over before on the same definition, by the day of the handoff."),
        "count", partial(handoffs.handed, which=handoffs.REPEATED), dimensions=dimensions.of_handoffs, order=21,
    ),
    Measure(
        "handoffs", _("Handoffs"), _("All handoffs, first and repeated, by the day of the handoff."),
        "count", handoffs.handed, dimensions=dimensions.of_handoffs, order=22,
    ),
)  # fmt: skip


def register_all() -> None:
    """Called once when the app is ready."""
    for measure in MEASURES:
        register(measure)

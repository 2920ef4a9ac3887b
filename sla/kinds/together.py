"""What both sides promise together."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .kind import BOTH, MONEY, VOLUME, Kind

KINDS = (
    Kind(
        "won", BOTH, VOLUME, "deals", "won",
        _("Deals won"), _("deals won %(per)s"),
        ngettext_lazy("%(target)s deal won %(per)s", "%(target)s deals won %(per)s", "number"),
        _("deals won"),
        says={
            "kept": _("Both sides have kept their word: deals won, %(count)s of %(target)s promised."),
            "broken": _("Both sides won fewer deals than promised: %(count)s of %(target)s."),
            "behind": ngettext_lazy(
                "Both sides are %(gap)s won deal behind the line.", "Both sides are %(gap)s won deals behind the line.", "number"
            ),
            "on_line": ngettext_lazy(
                "Both sides are on the line with %(count)s won deal.", "Both sides are on the line with %(count)s won deals.", "counted"
            ),
            "needed": ngettext_lazy(
                "%(pace)s won deals needed on the business day left",
                "%(pace)s won deals a day needed over the %(days)s business days left",
                "days",
            ),
        },
    ),
    Kind(
        "revenue", BOTH, VOLUME, MONEY, "revenue",
        _("Revenue won"), _("revenue won %(per)s"),
        _("%(target)s of revenue won %(per)s"),
        _("revenue won"),
        says={
            "kept": _("Both sides have kept their word: revenue won, %(count)s of %(target)s promised."),
            "broken": _("Both sides won less revenue than promised: %(count)s of %(target)s."),
            "behind": _("Both sides are %(gap)s of revenue behind the line."),
            "on_line": _("Both sides are on the line with %(count)s of revenue."),
            "needed": ngettext_lazy(
                "%(pace)s of revenue needed on the business day left",
                "%(pace)s of revenue a day needed over the %(days)s business days left",
                "days",
            ),
        },
    ),
)  # fmt: skip

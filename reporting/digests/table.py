"""The three digests, each for its role."""

from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Role
from smarketing.notify import digests, kinds
from smarketing.notify.digests import Digest

from . import daily, weekly

DIGESTS = (
    Digest(
        "morning_list", _("Morning list"), _("The five leads to begin with, every business day as the company opens."),
        Role.REP, daily.morning_list,
    ),
    Digest(
        "waterfall", _("Daily waterfall"),
        _("What moved from lead to revenue since the business day before, and the clauses in trouble."),
        Role.MANAGER, daily.waterfall, whom=daily.readers,
    ),
    Digest(
        "weekly", _("Week of marketing"),
        _("What became of your leads, why some were turned down, best and worst campaign, one next step: as each week begins."),
        Role.MARKETER, weekly.week, weekly=True,
    ),
)  # fmt: skip


def register() -> None:
    for one in DIGESTS:
        digests.register(one)
        kinds.register(one.key, one.label)

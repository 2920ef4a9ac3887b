"""The model agreed ahead, for what the contract shows by campaign: which measure credits, and what is said beside it."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.attribution.models import BY_KEY
from sla.hooks import Credited
from smarketing.rows import clock

from . import labels, settings


def models() -> dict[str, Any]:
    """Model → its name, of all that terms may name."""
    return {key: labels.MODELS[key][0] for key in labels.MODELS}


def credited(named: str, first: date, cutoff: datetime) -> Credited:
    """Revenue by the model named (""; one that is gone: the one of the version that holds on `first`), and the version."""
    version = settings.of_day(first, cutoff)
    key = named if named in BY_KEY else version.model
    said = [
        _("Credited to campaigns by the model: %(model)s.") % {"model": labels.model(key)},
        _version(version, first),
    ]
    if version.look_back is not None:
        text = ngettext("Look-back %(days)s day.", "Look-back %(days)s days.", version.look_back)
        said.append(text % {"days": version.look_back})
    return Credited(f"attributed:{key}", " ".join(said), reverse("reporting:attribution_settings"))


def name(first: date, cutoff: datetime) -> str:
    """The name of the model that the settings agree on for a day."""
    return labels.model(settings.of_day(first, cutoff).model)


def _version(version: settings.Settings, first: date) -> str:
    """Which version says the rest, and whether it was there before the month."""
    if version.adopted_at is None:
        return _("Starter settings: nobody has agreed on others.")
    day = clock.today(version.adopted_at)
    said = {"n": version.number, "day": date_format(day, "SHORT_DATE_FORMAT")}
    if day < first:
        return _("Version %(n)s of the settings, adopted on %(day)s, before the month.") % said
    return _("Version %(n)s of the settings, adopted on %(day)s, when the month had begun.") % said

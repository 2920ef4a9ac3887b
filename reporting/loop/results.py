"""What came of a campaign or of a persona's leads: a few figures for its own page, each with its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign
from personas.models import Persona
from reporting.credit import agreed
from smarketing.measures import engine, numbers, shown
from smarketing.rows import clock

from . import wall

DAYS, QUARTILES = "days_to_won", ("p25", "p75")
# key, word, date: the words of the overview.
FIGURES = (
    ("mql", _("handed over"), "handed"),
    ("acceptance", _("Acceptance rate"), "handed"),
    ("won", _("deals won"), "handed"),
    ("revenue", _("Revenue won"), "handed"),
)
# Of a persona's leads: as on the page of all personas.
OF_PERSONA = (
    *FIGURES[:2], ("conversion", _("Share won"), "handed"), *FIGURES[2:], ("shared_cost", _("Cost"), "created"),
    (DAYS, _("Days to win"), "handed"),
)  # fmt: skip
MONEY = (("cost", _("Spent on campaigns"), "spent"), ("roi_attributed", _("Return"), "handed"))


@dataclass(frozen=True)
class Result:
    label: object
    text: str
    interval: str
    url: str
    of: int | None = None
    model: str = ""

    @property
    def few(self) -> bool:
        """Whether the share stands on too few cases to say anything."""
        return bool(self.interval) and self.of is not None and self.of < numbers.FEW


def of_campaign(context, pk: int) -> str:
    """For `{% slot "campaign.results" campaign.pk %}`."""
    campaign = Campaign.objects.filter(pk=pk).first()
    return _rendered(context, "campaign", campaign.key or campaign.name, (*FIGURES, *MONEY)) if campaign else ""


def of_persona(context, pk: int) -> str:
    """For `{% slot "persona.results" persona.pk %}`."""
    persona = Persona.objects.filter(pk=pk).first()
    return _rendered(context, "persona", persona.name, OF_PERSONA) if persona else ""


def _rendered(context, dimension: str, value: str, figures: Sequence[tuple]) -> str:
    today = clock.today()
    first, until = wall.span(today, ever=False)
    user = context["request"].user
    asked = [(key, dated, "") for key, _label, dated in figures]
    asked += [(DAYS, "handed", stat) for stat in QUARTILES if dimension == "persona"]
    kept = [
        wall.of_persona(key, dated, value, today, user, stat) for key, dated, stat in asked if dimension == "persona"
    ]
    if kept and all(kept):
        answers, published = kept, kept[0].cutoff
    else:
        where, published = {dimension: value}, None
        answers = [
            engine.answer(key, first=first, until=until, where=where, date=dated, stat=stat, user=user)
            for key, dated, stat in asked
        ]
    around = [shown.figure(one.total.value, one.unit, 0) for one in answers[len(figures) :] if one.total.n]
    results = [_result(label, found, around) for (_key, label, _dated), found in zip(figures, answers, strict=False)]
    shows = {
        "results": results,
        "first": first,
        "last": today,
        "published": published,
        "by_persona": dimension == "persona",
    }
    return render_to_string("reporting/results.html", shows, request=context["request"])


def _result(label: object, found: engine.Answer, around: Sequence[str]) -> Result:
    """A figure in its words; a return says by which model it is credited. `around`: between which half of the days lie."""
    digits = 0 if found.unit in (numbers.MONEY, numbers.RATIO) else None
    text, total = shown.figure(found.total.value, found.unit, digits), found.total
    days = found.unit == numbers.DAYS
    beside = "–".join(around) if days else shown.interval(total.interval)
    asked = found.question
    model = agreed.name(asked.first, asked.cutoff) if asked.key == "roi_attributed" else ""
    return Result(label, text, beside, total.rows_url, total.n if days else total.of, model)

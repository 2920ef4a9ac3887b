"""What came of a campaign or of a persona's leads: a few figures for its own page, each with its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from leads.models import Campaign
from personas.models import Persona
from reporting.credit import labels, settings
from smarketing.measures import engine, numbers, shown
from smarketing.measures.question import Question
from smarketing.rows import clock

from . import wall

# key, word, date: the words of the overview.
FIGURES = (
    ("mql", _("handed over"), "handed"),
    ("acceptance", _("Acceptance rate"), "handed"),
    ("won", _("deals won"), "handed"),
    ("revenue", _("Revenue won"), "handed"),
)
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
    return _rendered(context, "persona", persona.name, FIGURES) if persona else ""


def _rendered(context, dimension: str, value: str, figures: Sequence[tuple]) -> str:
    today = clock.today()
    first, until = wall.span(today, ever=False)
    user = context["request"].user
    kept = [wall.of_persona(key, dated, value, today, user) for key, _label, dated in figures if dimension == "persona"]
    if kept and all(kept):
        answers, published = kept, kept[0].cutoff
    else:
        where, published = {dimension: value}, None
        answers = [
            engine.answer(key, first=first, until=until, where=where, date=dated, user=user)
            for key, _label, dated in figures
        ]
    results = [_result(label, found) for (_key, label, _dated), found in zip(figures, answers, strict=True)]
    shows = {"results": results, "first": first, "last": today, "published": published}
    return render_to_string("reporting/results.html", shows, request=context["request"])


def _result(label: object, found: engine.Answer) -> Result:
    """A figure in its words; a return says by which model it is credited."""
    digits = 0 if found.unit in (numbers.MONEY, numbers.RATIO) else None
    text = shown.figure(found.total.value, found.unit, digits)
    model = credited(found.question) if found.question.key == "roi_attributed" else ""
    return Result(label, text, shown.interval(found.total.interval), found.total.rows_url, found.total.of, model)


def credited(question: Question) -> str:
    """The name of the model agreed for a question's first day."""
    return labels.model(settings.of_day(question.first, question.cutoff).model)

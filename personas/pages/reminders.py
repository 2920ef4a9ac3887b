"""Reviews of personas: told to marketers and managers two weeks ahead and on the day itself, by the night."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.definitions import persona_care
from personas.models import Persona
from smarketing.accounts.models import Role, User
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

KIND, STEP = "persona_review", "persona_reviews"


def register() -> None:
    registry.register(
        registry.Kind(KIND, gettext_lazy("A persona is to be read again: is it still true?"), "calendar-check", say)
    )
    ledger.STEPS[STEP] = gettext_lazy("Reviews of personas announced")
    nightly.once(STEP, look, order=94)


@transaction.atomic
def look(run: Run) -> int:
    """Tell of every review that is near, and again of each that is due; once each. Returns how many people were told."""
    users = User.objects.filter(role__in=(Role.MARKETER, Role.MANAGER), is_active=True).values_list("pk", flat=True)
    told = 0
    for persona in persona_care.due(run.business_date, persona_care.SOON):
        phase = "due" if persona.review_on <= run.business_date else "soon"
        about = f"persona:{persona.pk}:{persona.review_on:%Y%m%d}:{phase}"
        told += notices.tell(kind=KIND, users=users, about=about, at=run.cutoff, persona=persona.pk)
    return told


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "To be read again: Maud", with the day; one that was read again or retired since is told no more."""
    found = Persona.objects.filter(retired=False).in_bulk([one.params["persona"] for one in some])
    out = {}
    for one in some:
        persona, day = found.get(one.params["persona"]), one.about.split(":")[2]
        if persona and persona.review_on and f"{persona.review_on:%Y%m%d}" == day:
            url = reverse("personas:persona", args=[persona.pk])
            text = _("To be read again: %(name)s") % {"name": persona.name}
            out[one.pk] = Line(
                text, url, _("by %(day)s") % {"day": date_format(persona.review_on, "SHORT_DATE_FORMAT")}
            )
    return out

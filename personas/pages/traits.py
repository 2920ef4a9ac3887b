"""Settings: whether personas may speak of age and family, with what the law asks to be thought of first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas import story
from personas.definitions import traits as service
from personas.models import PersonaDraft, PersonaVersion
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.rows import clock
from smarketing.web.once import once


def register() -> None:
    words = gettext_lazy(
        "Whether personas, leads and criteria may speak of age and family. Off as long as nobody wants it."
    )
    add(Section("personas", gettext_lazy("Age and family"), words, "personas:traits", "settings.company", 38))


@needs("settings.company")
@once
def traits(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        on = request.POST.get("on") == "yes"
        if service.want(on=on, by=request.user, at=clock.now()):
            said = _("Age and family are on.") if on else _("Age and family are off; what was written waits, hidden.")
            messages.success(request, said)
        return redirect("personas:traits")
    context = {"on": service.wanted(), "written": _written()}
    return render(request, "personas/traits.html", context)


def _written() -> int:
    """How many personas, in their newest version or a draft, have something written about age or family."""
    newest = PersonaVersion.objects.order_by("persona_id", "-number").distinct("persona_id")
    told = [(one.persona_id, one.story) for one in newest]
    told += [(one.persona_id or -one.pk, one.story) for one in PersonaDraft.objects.all()]
    return len({pk for pk, said in told if any(key.partition("@")[0] in story.PERSONAL for key in said)})

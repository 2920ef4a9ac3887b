"""Settings: which fields and which kinds of event "what would make this an MQL" may ask for. Views only translate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from personas.criteria.behaviours import ATTEMPT
from personas.criteria.fields import FieldInfo
from personas.criteria.phrases import EVENT_PHRASES
from personas.definitions import advice as service
from personas.pages import labels
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once


def register() -> None:
    words = gettext_lazy("Which attributes and acts “What would make it an MQL” may ask for, and which it never names.")
    add(Section("advice", gettext_lazy("Advice"), words, "leads:advice", service.VERB, 25))


@needs(service.VERB)
@once
def advice(request: HttpRequest) -> HttpResponse:
    """A switch for each field that may change and each kind of event that a person may do; the others say why there is none."""
    if request.method == "POST":
        chosen, shown = (
            {int(pk) for pk in request.POST.getlist(name) if pk.isdecimal()} for name in ("field", "shown")
        )
        moved = service.say(
            fields=chosen, shown=shown, kinds=request.POST.getlist("kind"), by=request.user, at=clock.now()
        )
        said = ngettext("%(n)s switch was changed.", "%(n)s switches were changed.", moved) % {"n": moved}
        messages.success(request, said if moved else _("Nothing was changed."))
        return redirect("leads:advice")
    french = active_language() == "fr"
    fields = [
        {
            "one": one,
            "label": _label(one.info, french),
            "subject": labels.SUBJECTS[one.info.subject],
            "how": how(one.info),
        }
        for one in service.listed()
    ]
    kinds = [
        {"one": one, "label": EVENT_PHRASES[one.kind][2 if french else 0], "how": how_act(one)}
        for one in service.kinds()
    ]
    return render(request, "leads/advice.html", {"fields": fields, "kinds": kinds})


def how(info: FieldInfo) -> str:
    """How a field may become another one, in the language of the reader."""
    if info.counted:
        return _("counted each night: nobody writes it")
    if not info.changeable:
        return _("known from the beginning: nobody writes it")
    return _("only while it is not known: it then stays") if info.steady else _("whenever another value would do")


def how_act(one: service.Kind) -> str:
    """Why a kind of act is never asked for; "" where it may be."""
    if one.possible:
        return ""
    return _("what sales do") if one.kind == ATTEMPT else _("done to the person, or no good news")


def _label(info: FieldInfo, french: bool) -> str:
    said = info.label_fr if french else info.label_en
    return said[:1].upper() + said[1:]

"""Ordered lists in Settings: their buttons (`web/moves.html`), by which a deed is done and told on the list, and their files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.rows import clock
from smarketing.web import exports

Deeds = Mapping[str, Callable[..., Any]]


class WordsForm(forms.Form):
    """The words of one row of a list, in both languages; `opened`: what is changed."""

    label_en = forms.CharField(label=gettext_lazy("Words in English"), max_length=80)
    label_fr = forms.CharField(label=gettext_lazy("Words in French"), max_length=80)

    def __init__(self, data: Any = None, opened: Any = None, **first: Any):
        for language in ("en", "fr") if opened else ():
            with translation.override(language):
                first[f"label_{language}"] = str(opened.label)
        super().__init__(data, initial=first)


def written(request: HttpRequest, form: forms.Form, service: Any, refusal: type[Exception], code: str) -> bool:
    """Change the row of this code as a valid form says, or add one (""). What is refused is said at its field; then False."""
    said = {**form.cleaned_data, "by": request.user, "at": clock.now()}
    try:
        service.change(code=code, **said) if code else service.add(**said)
    except refusal as told:
        form.add_error(getattr(told, "field", "") or None, str(told))
        return False
    messages.success(request, _("Saved."))
    return True


def ordered(service: Any) -> Deeds:
    """The deeds of a list that is ordered, by the word of their button."""
    return {
        "up": lambda **said: service.move(up=True, **said),
        "down": lambda **said: service.move(up=False, **said),
        "retire": service.retire,
        "offer": service.offer,
        "delete": service.delete,
    }


def saved(
    request: HttpRequest, name: str, subject: str, title: Any, head: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> HttpResponseBase | None:
    """An ordered list as a file, in its order, where one is asked for (`offers`)."""
    if not exports.asked(request):
        return None
    export = exports.Export(name, "lists.export", subject)
    return exports.save(
        request, export, title, head, rows, lambda limit: len(rows), address=f"?export={exports.asked(request)}"
    )


def offers() -> list[exports.Offer]:
    """Files of an ordered list on offer."""
    return exports.offers(lambda export: f"?export={export}")


def do(request: HttpRequest, deeds: Deeds, refusal: type[Exception], there: str, **which: Any) -> HttpResponse:
    """Do the deed of the button to `which`, and go `there`; a `refusal` is told in its words. Http404 for no such button."""
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        deed(**which, by=request.user, at=clock.now())
    except refusal as said:
        messages.error(request, str(said))
    else:
        messages.success(request, _("Saved."))
    return redirect(there)

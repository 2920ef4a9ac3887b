"""Ordered lists in Settings: their buttons (`web/moves.html`), by which a deed is done and told on the list, and their files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs.arranged import ReasonError
from leads.handoffs.worded import Word, Worded
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.rows import clock
from smarketing.web import exports
from smarketing.web.once import once

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


@dataclass(frozen=True)
class Page:
    """A page of Settings on which a list of words is arranged.

    `words`: the list; `name`: of its file; `listing`, `one`, `do`: its routes; `title`, `subtitle`, `head`: what the page, and
    one of them, is called; `adds`, `changes`: heads of the form; `rows(code)`: where the rows are that are at one.
    """

    words: Worded
    name: str
    listing: str
    one: str
    do: str
    title: Any
    subtitle: Any
    head: Any
    adds: Any
    changes: Any
    rows: Callable[[str], str]


def views(page: Page) -> tuple[Callable[..., HttpResponseBase], Callable[..., HttpResponse]]:
    """(the list with its form, the buttons of a row) of a page."""

    @needs("settings.reasons")
    @once
    def listing(request: HttpRequest, code: str = "") -> HttpResponseBase:
        """Every one in its order, and a form that adds one or changes the one opened."""
        return _listed(request, page, code)

    @needs("settings.reasons")
    @require_POST
    @once
    def press(request: HttpRequest, code: str) -> HttpResponse:
        """Move, retire, offer again or delete: whichever button was pressed."""
        if code not in page.words.known():
            raise Http404
        return do(request, ordered(page.words), ReasonError, reverse(page.listing) + f"#{code}", code=code)

    return listing, press


def section(page: Page, why: Any, place: int) -> None:
    """Put the page among the Settings: what it is for, at which place."""
    add(Section(page.name, page.title, why, page.listing, "settings.reasons", place))


def _listed(request: HttpRequest, page: Page, code: str) -> HttpResponseBase:
    known = page.words.known()
    if code and code not in known:
        raise Http404
    opened = known.get(code)
    form = WordsForm(request.POST if request.method == "POST" else None, opened)
    if request.method == "POST" and form.is_valid() and written(request, form, page.words, ReasonError, code):
        return redirect(page.listing)
    counts, unused = page.words.used(), page.words.unused()
    rows = [(one, counts.get(one.code, 0), page.rows(one.code), one.code in unused) for one in known.values()]
    head = [page.head, _("Code"), _("Used"), _("State")]
    if (file := saved(request, page.name, page.words.subject, page.title, head, list(map(_line, rows)))) is not None:
        return file
    context = {"page": page, "rows": rows, "form": form, "opened": opened, "offers": offers()}
    return render(request, "leads/worded.html", context, status=422 if form.errors else 200)


def _line(row: tuple[Word, int, str, bool]) -> list[Any]:
    one, used, _rows, _unused = row
    return [one.label, one.code, used, _("retired") if one.retired else _("in use")]

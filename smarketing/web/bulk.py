"""Deeds on many rows of a list at once: first what it would do to how many, then it is done, then it may be undone for an hour.

    GIVE = Bulk(title=…, text=…, page="leads:list", rows=asked_for, form=GiveForm, does=_give, …)
    give, give_undo = bulk.pages("handoffs.reassign", GIVE)      two views
    the list offers `Deed(_("Give to a rep…"), reverse("leads:bulk_give"), "person-check")`

A deed is sent `pick` (keys) or `all=1` with the filters of the list, and `back`, the list's query, or its address where it
may be another list than `page`: leads are picked on the page of their company, too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smarketing.rows import clock

from . import lists
from .once import once

MOST = lists.MOST
NAMED = 12
FRESH = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Refusals = Sequence[tuple[str, Any]]  # (the row by name, why it is left out)


class Refused(ValueError):
    """Nothing is done, said in words; `field` of the form that it concerns, "" for none."""

    def __init__(self, said: Any, field: str = ""):
        super().__init__(str(said))
        self.field = field


@dataclass(frozen=True)
class Done:
    """How many were done, and which were not."""

    n: int
    refused: Refusals = ()


class NoForm(forms.Form):
    """For a deed that asks nothing more."""

    def __init__(self, data, user):
        super().__init__(data)


@dataclass(frozen=True)
class Bulk:
    """`page`: name of the list's address. `rows`: (user, query) → the rows as the list's filters leave them. `keep`: (rows, user) → those concerned, and those
    that this person may not touch. `counted`: what so many of them are called; `does`: (form, rows, by, at) → Done;
    `said`: what was done. With `undo`, the name of its address: `standing` (by, when) → how many of a deed still stand,
    `undoes` (by, when, at) → how many were undone."""

    title: Any
    text: Any
    page: str
    rows: Callable[[Any, QueryDict], Any]
    counted: Callable[[int], str]
    does: Callable[[Any, list[Any], Any, datetime], Done]
    said: Callable[[int], str]
    form: Callable[[Any, Any], forms.Form] = NoForm
    named: Callable[[Any, Any], str] = lambda row, _user: str(row)
    keep: Callable[[list[Any], Any], tuple[list[Any], Refusals]] = lambda rows, _user: (rows, ())
    count: Callable[[list[Any], Any], int] = lambda rows, _user: len(rows)
    none: Any = ""
    danger: bool = False
    undo: str = ""
    standing: Callable[[Any, datetime], int] = lambda _by, _when: 0
    undoes: Callable[[Any, datetime, datetime], int] = lambda _by, _when, _at: 0


KINDS: list[Bulk] = []  # every kind of deed that has pages


def each(
    rows: Iterable[Any], do: Callable[[Any], Any], named: Callable[[Any], str], *refusals: type[Exception]
) -> Done:
    """Do it with each row by itself. One that is refused by one of `refusals` stays as it was, named with what was said; one of
    which `do` answers False was so before, and is not counted."""
    n, left = 0, []
    for one in rows:
        try:
            with transaction.atomic():
                n += do(one) is not False
        except refusals as refusal:
            left.append((named(one), str(refusal)))
    return Done(n, left)


def answer(request: HttpRequest, kind: Bulk) -> HttpResponse:
    """What would be done, with its form; or, sent, the deed and the list again."""
    sent = request.method == "POST"
    params = request.POST if sent else request.GET
    form = kind.form(params if sent else None, request.user)
    picked = chosen(kind, request.user, params, sent)
    few = len(picked) <= MOST
    rows, refused = kind.keep(picked, request.user) if few else (picked, ())
    if sent and few and rows and form.is_valid():
        at = clock.now()
        try:
            done = kind.does(form, rows, request.user, at)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            _tell(request, kind, done, refused, at)
            return redirect(_back(kind, params, request.user))
    n = kind.count(rows, request.user) if few else 0
    context = {
        "kind": kind, "form": form, "picked": picked, "rows": rows, "none": not n, "too_many": not few, "most": MOST,
        "names": [kind.named(one, request.user) for one in rows[:NAMED]], "more": max(0, len(rows) - NAMED),
        "refused": refused[:NAMED], "refused_more": max(0, len(refused) - NAMED),
        "concerned": kind.counted(n), "back": _back(kind, params, request.user), "query": params.get("back", ""),
    }  # fmt: skip
    return render(request, "web/bulk.html", context, status=422 if sent else 200)


def undo(request: HttpRequest, kind: Bulk) -> HttpResponse:
    """What can still be undone of a deed of one's own, and the button; or, sent, it is undone."""
    given, at = request.GET.get("at", ""), clock.now()
    micro = int(given) if given.isascii() and given.isdigit() and len(given) < 17 else 0
    when = _EPOCH + timedelta(microseconds=micro)
    n = kind.standing(request.user, when) if at - FRESH <= when <= at else 0
    if request.method == "POST" and n:
        n = kind.undoes(request.user, when, at)
        messages.success(request, ngettext("%(n)s undone.", "%(n)s undone.", n) % {"n": n})
        return redirect(kind.page)
    context = {"kind": kind, "n": n, "said": kind.said(n), "back": reverse(kind.page)}
    return render(request, "web/bulk_undo.html", context, status=422 if request.method == "POST" else 200)


def pages(verb: str, kind: Bulk) -> tuple[Callable[[HttpRequest], HttpResponse], Callable[[HttpRequest], HttpResponse]]:
    """(the page of a deed, that of its undoing), for whom `verb` is open."""
    from smarketing.accounts.policy import needs

    KINDS.append(kind)

    @needs(verb)
    @once
    def deed(request: HttpRequest) -> HttpResponse:
        return answer(request, kind)

    @needs(verb)
    @once
    def way_back(request: HttpRequest) -> HttpResponse:
        return undo(request, kind)

    return deed, way_back


picks = lists.picked


def chosen(kind: Bulk, user: Any, params: QueryDict, sent: bool) -> list[Any]:
    """The rows meant, as far as `user` may see them; one more than MOST where there are too many.

    Rows named are those, whatever filters the list had and whatever the fields of the deed are called.
    """
    if params.get("all") and not sent:
        rows = kind.rows(user, params)
    elif params.get("pick"):
        rows = kind.rows(user, QueryDict()).filter(pk__in=picks(params))
    else:
        return []
    return list(rows.order_by("pk")[: MOST + 1])


def _tell(request: HttpRequest, kind: Bulk, done: Done, refused: Refusals, at: datetime) -> None:
    """What was done, with the way back; and by name what was not."""
    link = ""
    if kind.undo and done.n:
        address = f"{reverse(kind.undo)}?at={(at - _EPOCH) // timedelta(microseconds=1)}"
        link = format_html(' <a href="{}">{}</a>', address, _("Undo…"))
    if done.n or not done.refused:
        messages.success(request, format_html("{}{}", kind.said(done.n), link))
    left = [*refused, *done.refused]
    if left:
        names = "; ".join(_("%(name)s: %(why)s") % {"name": name, "why": why} for name, why in left[:NAMED])
        more = len(left) - NAMED
        if more > 0:
            names += " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
        messages.warning(request, _("Left as they were: %(names)s") % {"names": names})


def _back(kind: Bulk, params: QueryDict, user: Any) -> str:
    """The list as it was."""
    said = params.get("back", "")[:2000]
    path, _mark, query = said.partition("?") if said.startswith("/") else ("", "", said)
    if not (path and urlsplit(path).path == path and lists.is_one(user, path)):
        path = reverse(kind.page)
    query = QueryDict(query).urlencode(safe=",")
    return f"{path}?{query}" if query else path

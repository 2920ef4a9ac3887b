"""Lists as people arrange them: columns remembered, views saved, shared and opened first, files of what is shown.

The view of a list says so, by the name of its address, and ends with `answer`:

    @lists.listed("leads:list", _("Leads"))
    @needs("leads.view")
    def index(request):
        ...
        return lists.answer(request, table, "leads/leads.html", context)

The whole arrangement is in the address, so that a view is an address with a name. What is a list of this kind and what is
deliberately not: docs/decisions/0015.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from . import exports
from .columns import Deed
from .models import ListHabit, SavedView
from .tables import PAGING, PICKING, Table

LONGEST = 2000
MOST = 1000  # rows picked at once
OWN = (*PAGING, *PICKING, "view")
_KEY = re.compile(r"[a-z0-9_]{1,64}")


class ViewError(ValueError):
    """A view cannot be saved so, said in words."""


@dataclass(frozen=True)
class Listed:
    """A list of the house: `label` names it among others, `verb` opens it."""

    label: Any
    verb: str


LISTS: dict[str, Listed] = {}
SHELVED: dict[
    str, Listed
] = {}  # pages arranged by their address that are no tables: their questions are kept as views are


@dataclass(frozen=True)
class Shelf:
    """The views of one list, for its menu. `active`: the one that is open; `changed`: whether the list has moved away
    from it; `opens`: which one opens first."""

    own: list[SavedView]
    others: list[SavedView]
    active: SavedView | None
    changed: bool
    may_keep: bool
    opens: int | None


def listed(key: str, label: Any) -> Callable[[Callable], Callable]:
    """Decorator of a view that answers a list: `key` is the name of its address, "leads:list"."""
    from smarketing.accounts.policy import declared_verb

    def register(view: Callable) -> Callable:
        LISTS[key] = Listed(label, declared_verb(view) or "")
        return view

    return register


def shelved(key: str, label: Any) -> Callable[[Callable], Callable]:
    """Decorator of a view whose arrangement is kept under a name as that of a list is, though it shows no table of rows."""
    from smarketing.accounts.policy import declared_verb

    def register(view: Callable) -> Callable:
        SHELVED[key] = Listed(label, declared_verb(view) or "")
        return view

    return register


def known(key: str) -> Listed | None:
    """The list, or page of that kind, of this name."""
    return LISTS.get(key) or SHELVED.get(key)


def answer(
    request: HttpRequest,
    table: Table,
    template: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    home: str = "",
) -> HttpResponseBase:
    """The page of a list; its file, where one is asked for; the view that this person opens first, where nothing is.

    `home`: the list's own address, where this page is another one that shows it. LookupError for a view that has not
    said that it is a list (`listed`).
    """
    key = resolve(home).view_name if home else request.resolver_match.view_name
    if key not in LISTS:
        raise LookupError(f"{key} is no list: say so by @lists.listed")
    habit = ListHabit.objects.filter(user=request.user, table=key).select_related("view").first()
    first = habit.view if habit else None
    if not home and (address := _opening(request, first)):
        return redirect(address)
    table.arrange(habit.columns.split(",") if habit and habit.columns else [])
    if exports.asked(request) and not request.GET.get("all") and (keys := picked(request.GET)):
        table.rows = table.rows.filter(pk__in=keys)
    if (file := exports.answer(request, table)) is not None:
        return file
    if table.exports:
        table.deeds = [*table.deeds, *_files(home or request.path)]
    said = {"table": table, "list_key": key, "here": home or request.get_full_path()}
    said["shelf"] = _shelf(request, key, first.pk if first else None)
    return render(request, template, {**said, **(context or {})}, status=status)


def picked(params: QueryDict) -> list[int]:
    """Keys of the rows picked in a list, as its form sends them."""
    return [int(one) for one in params.getlist("pick")[:MOST] if one.isascii() and one.isdigit() and len(one) < 18]


def _files(path: str) -> list[Deed]:
    """The files of the rows picked."""
    said = {"csv": _("Export as CSV"), "xlsx": _("Export as XLSX")}
    return [Deed(label, path, "download", "export", key) for key, label in said.items()]


def shelf(request: HttpRequest, key: str) -> dict[str, Any]:
    """What `web/shelf.html` shows on a page that is arranged by its address but is no table: views to open and to save."""
    habit = ListHabit.objects.filter(user=request.user, table=key).first()
    found = _shelf(request, key, habit.view_id if habit else None)
    return {"list_key": key, "here": request.get_full_path(), "shelf": found}


def opening(request: HttpRequest, key: str) -> str:
    """The address of the view that this person opens first, where nothing is asked; "" otherwise."""
    habit = ListHabit.objects.filter(user=request.user, table=key).select_related("view").first()
    return _opening(request, habit.view if habit else None)


def _opening(request: HttpRequest, first: SavedView | None) -> str:
    asked = request.method != "GET" or request.GET
    if first is None or asked or not (first.shared or first.user_id == request.user.pk):
        return ""
    return request.path + first.address


def canonical(query: str) -> str:
    """A query without paging, without the view's own mark and without what is empty."""
    given = QueryDict(query)
    kept = QueryDict(mutable=True)
    for name in sorted(given):
        if name not in OWN and any(given.getlist(name)):
            kept.setlist(name, [value for value in given.getlist(name) if value])
    return kept.urlencode()


def save(*, by, at: datetime, table: str, name: str, query: str, shared: bool) -> SavedView:
    """Keep an arrangement under a name; a view of the same name is arranged anew. ViewError without a name."""
    name, query = " ".join(name.replace("\x00", "").split()), canonical(query)
    if not 0 < len(name) <= 60:
        raise ViewError(_("Give the view a name of at most 60 letters."))
    if len(query) > LONGEST:
        raise ViewError(_("This arrangement is too long for a view."))
    with transaction.atomic():
        view, _new = SavedView.objects.update_or_create(
            user=by, table=table, name=name, defaults={"query": query, "shared": shared}
        )
        _record(by, at, "views.save", view)
    return view


def change(*, view: SavedView, by, at: datetime, name: str, shared: bool) -> None:
    """Rename a view, share it or take it back. ViewError for no name, or one that is taken."""
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= 60:
        raise ViewError(_("Give the view a name of at most 60 letters."))
    if SavedView.objects.filter(user=view.user_id, table=view.table, name=name).exclude(pk=view.pk).exists():
        raise ViewError(_("There is another view of this name."))
    with transaction.atomic():
        view.name, view.shared = name, shared
        view.save(update_fields=["name", "shared"])
        _record(by, at, "views.change", view)


def delete(*, view: SavedView, by, at: datetime) -> None:
    with transaction.atomic():
        _record(by, at, "views.delete", view)
        view.delete()


def open_first(*, by, table: str, view: SavedView | None) -> None:
    """Which view of a list this person sees first; None: all rows."""
    ListHabit.objects.update_or_create(user=by, table=table, defaults={"view": view})


def remember(*, by, table: str, columns: list[str]) -> str:
    """Which columns of a list this person sees; none: as given. Returns them as the address writes them."""
    kept = ",".join(dict.fromkeys(key for key in columns if _KEY.fullmatch(key)))[:400]
    ListHabit.objects.update_or_create(user=by, table=table, defaults={"columns": kept})
    return kept


def opens_to(user, key: str, path: str) -> bool:
    """Whether `path` is a page of the list `key` that this person may open."""
    from smarketing.accounts.policy import VERBS, declared_verb, may

    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return False
    verb = declared_verb(found.func)
    return found.view_name == key and known(key) is not None and verb in VERBS and may(user, verb)


def is_one(user, path: str) -> bool:
    """Whether `path` is a page of some list that this person may open."""
    try:
        return opens_to(user, resolve(path).view_name, path)
    except Resolver404:
        return False


def label_of(key: str) -> Any:
    """A list by name."""
    found = known(key)
    return found.label if found else key


def _shelf(request: HttpRequest, key: str, opens: int | None) -> Shelf:
    views = list(SavedView.objects.visible_to(request.user).filter(table=key).select_related("user").order_by("name"))
    active = next((one for one in views if str(one.pk) == request.GET.get("view")), None)
    own = [one for one in views if one.user_id == request.user.pk]
    others = [one for one in views if one.user_id != request.user.pk]
    changed = active is not None and active.query != canonical(request.GET.urlencode())
    return Shelf(own, others, active, changed, active in own, opens)


def _record(by, at: datetime, verb: str, view: SavedView) -> None:
    from smarketing.accounts.audit import record

    record(by, verb, "savedview", view.pk, at, table=view.table, shared=view.shared)

"""Pages about lists: which columns are shown, the views one has. Views only translate."""

from itertools import groupby
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock

from . import lists, navigation
from .models import ListHabit, SavedView
from .once import once


@needs("views.save")
@require_POST
@once
def columns(request: HttpRequest) -> HttpResponse:
    """Show a list with these columns, now and when it is opened again."""
    key, path, query = _place(request)
    kept = lists.remember(
        by=request.user, table=key, columns=[] if "reset" in request.POST else request.POST.getlist("column")
    )
    query.pop("columns", None)
    if kept:
        query["columns"] = kept
    return redirect(f"{path}?{query.urlencode(safe=',')}" if query else path)


@needs("views.save")
@require_POST
@once
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is arranged under a name."""
    key, path, query = _place(request)
    try:
        view = lists.save(
            by=request.user, at=clock.now(), table=key, name=request.POST.get("name", ""), query=query.urlencode(),
            shared="shared" in request.POST,
        )  # fmt: skip
    except lists.ViewError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{path}?{query.urlencode()}")
    if "first" in request.POST:
        lists.open_first(by=request.user, table=key, view=view)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(path + view.address)


@needs("views.save")
def views(request: HttpRequest) -> HttpResponse:
    """One's own views and those shared, list by list."""
    mine = {one.table: one.view_id for one in ListHabit.objects.filter(user=request.user)}
    kept = set(SavedView.objects.kept_by(request.user).values_list("pk", flat=True))
    found = SavedView.objects.visible_to(request.user).select_related("user").order_by("table", "name", "pk")
    groups = []
    for key, rows in groupby(found, key=lambda one: one.table):
        path = navigation.address(key)  # none where a list is of one company, campaign or reason
        of = lists.known(key)
        if of and may(request.user, of.verb):
            shown = [(one, one.pk in kept, mine.get(key) == one.pk) for one in rows]
            groups.append((lists.label_of(key), path, shown))
    return render(request, "web/views.html", {"groups": groups})


@needs("views.save")
@require_POST
@once
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, share or unshare, delete, or open first: whichever button was pressed."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    if "first" in request.POST:
        lists.open_first(by=request.user, table=view.table, view=view if request.POST["first"] == "1" else None)
        return redirect("views")
    if not SavedView.objects.kept_by(request.user).filter(pk=pk).exists():
        raise Http404
    if "delete" in request.POST:
        lists.delete(view=view, by=request.user, at=clock.now())
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect("views")
    try:
        lists.change(
            view=view, by=request.user, at=clock.now(), name=request.POST.get("name", ""),
            shared="shared" in request.POST,
        )  # fmt: skip
    except lists.ViewError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("views")


def _place(request: HttpRequest) -> tuple[str, str, QueryDict]:
    """(list, path, query without paging) that the form was sent from; 404 for anything else."""
    key, here = request.POST.get("table", ""), urlsplit(request.POST.get("here", ""))
    if not lists.opens_to(request.user, key, here.path):
        raise Http404
    query = QueryDict(here.query, mutable=True)
    for name in lists.PAGING:
        query.pop(name, None)
    return key, here.path, query

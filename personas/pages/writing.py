"""The guided form: a persona written step by step, a draft saved at each of them, published at the end.

A step is left by any button (the next one, another one, save and leave): all of them save. What cannot be read stays as
typed, the whole form waits as a draft, and only the last step refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from personas import story
from personas.definitions import persona_drafts, traits
from personas.definitions.persona_drafts import Stale
from personas.models import Persona, PersonaDraft
from smarketing.accounts import languages
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from . import writing_match
from . import writing_steps as steps
from .writing_steps import CHECK, MATCH, WHO

FAULTY = 422


@dataclass
class Form:
    """One request about a draft at one step. `errors` by name of the field; `posted` is what stands in the fields."""

    request: HttpRequest
    draft: PersonaDraft
    step: str
    personal: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    theirs: PersonaDraft | None = None  # what somebody else saved meanwhile
    shown: dict[str, list[str]] | None = None  # rules reshaped, not saved

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(code, name) of the languages on offer, that of the page first."""
        return sorted(languages.choices(), key=lambda pair: pair[0] != active_language())

    def address(self, step: str) -> str:
        if self.draft.persona_id:
            return reverse("personas:persona_step", args=[self.draft.persona_id, step])
        return (
            reverse("personas:draft", args=[self.draft.pk, step]) if self.draft.pk else reverse("personas:persona_new")
        )

    @property
    def revision(self) -> int:
        """The revision that the page was opened on."""
        text = self.request.POST.get("revision", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0

    @property
    def home(self) -> str:
        if self.draft.persona_id:
            return reverse("personas:persona", args=[self.draft.persona_id])
        return reverse("personas:home") + "#personas"


def once_or_quiet(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form is done once; what is kept while somebody types is kept each time it comes."""
    guarded = once(view)

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return (view if request.POST.get("do") == "quiet" else guarded)(request, *args, **kwargs)

    return answer


@needs("personas.edit")
@once
def persona_new(request: HttpRequest) -> HttpResponse:
    """The first step of a new persona; its draft begins when it is left."""
    return _answer(Form(request, persona_drafts.fresh(), WHO, traits.wanted()))


@needs("personas.edit")
@once_or_quiet
def draft(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """A step of a persona that is not published yet."""
    found = get_object_or_404(PersonaDraft.objects.select_related("edited_by"), pk=pk, persona=None)
    return _answer(Form(request, found, _known(step), traits.wanted()))


@needs("personas.edit")
@once_or_quiet
def persona_edit(request: HttpRequest, pk: int, step: str = WHO) -> HttpResponse:
    """A step of the next version of a persona."""
    found = persona_drafts.of(get_object_or_404(Persona, pk=pk))
    return _answer(Form(request, found, _known(step), traits.wanted()))


@needs("personas.edit")
@require_POST
@once
def draft_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away; versions stay as they are."""
    found = get_object_or_404(PersonaDraft, pk=pk)
    home = Form(request, found, WHO).home
    persona_drafts.throw_away(draft=found, by=request.user, at=clock.now())
    messages.success(request, _("The draft is thrown away; nothing else has changed."))
    return redirect(home)


def _known(step: str) -> str:
    if step not in steps.ALL:
        raise Http404
    return step


def _answer(form: Form) -> HttpResponse:
    if form.request.method != "POST":
        return steps.render(form)
    deed = form.request.POST.get("do", "")
    if deed == "publish":
        return steps.publish(form)
    if form.step == MATCH and not deed.startswith("go:") and deed not in ("keep", "quiet"):
        return writing_match.turn(form, deed) or steps.render(form)
    return _save(form, deed)


def _save(form: Form, deed: str) -> HttpResponse:
    """Keep this step, then go where the button says."""
    quiet, at = deed == "quiet", clock.now()
    begun, said = form.draft.pk is not None, _said(form)
    if form.step == WHO and not quiet and (wrong := _name_wrong(form, said["name"])):
        form.draft.name, form.draft.negative = said["name"], said["negative"]
        form.errors = {"name": [wrong]}
        return steps.render(form, FAULTY)
    try:
        kept = persona_drafts.save(
            draft=form.draft, revision=form.revision, by=form.request.user, at=at, step=form.step, **said
        )
    except Stale as stale:
        return _stale(form, stale.draft, said, quiet)
    form.draft = kept
    if quiet:
        saved = _("Draft saved at %(time)s") % {"time": date_format(localtime(at), "TIME_FORMAT")}
        return JsonResponse({"revision": kept.revision, "said": saved})
    if deed == "keep":
        messages.success(form.request, _("The draft is saved: go on with it whenever you like."))
        return steps.go(form.request, form.home)
    if deed == "now":
        return steps.publish(form, kept.revision)
    wanted = deed.removeprefix("go:")
    if not begun and form.draft.persona_id is None and wanted == WHO:
        wanted = steps.ALL[1]
    return steps.go(form.request, form.address(wanted if wanted in steps.ALL else form.step))


def _said(form: Form) -> dict:
    """What this step says, as `persona_drafts.save` takes it."""
    posted = form.request.POST
    if form.step == WHO:
        return {"name": posted.get("name", "").strip()[:80], "negative": bool(posted.get("negative"))}
    if form.step == MATCH:
        return {"rules": writing_match.kept({name: list(values) for name, values in posted.lists()})}
    if form.step == CHECK:
        return {}
    keys = story.BY_KEY[form.step].keys(form.personal)
    asked = [f"{key}@{code}" for key in keys for code, _name in form.languages]
    return {"texts": {name: posted[name] for name in asked if name in posted}}


def _name_wrong(form: Form, name: str) -> str:
    return persona_drafts.name_problem(PersonaDraft(name=name, persona=form.draft.persona))


def _stale(form: Form, theirs: PersonaDraft, said: Mapping, quiet: bool) -> HttpResponse:
    """Somebody else saved meanwhile: what was typed stays in the fields, theirs is told; sent again it is saved."""
    gone = not PersonaDraft.objects.filter(pk=theirs.pk).exists()
    if quiet:
        return JsonResponse({"stale": True, "said": _("Not saved: somebody else has changed this draft meanwhile.")})
    form.theirs = theirs
    form.draft = PersonaDraft.objects.get(pk=theirs.pk) if not gone else persona_drafts.fresh()
    if gone:
        form.draft.persona = theirs.persona
    form.draft.name = said.get("name", form.draft.name)
    form.draft.negative = said.get("negative", form.draft.negative)
    form.draft.story = form.draft.story | said.get("texts", {})
    form.shown = said.get("rules")
    return steps.render(form, FAULTY)

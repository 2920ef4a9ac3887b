"""The steps of the guided form as pages: what each shows, and the last one, which publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas import story
from personas.definitions import persona_care, persona_drafts
from personas.definitions.persona_drafts import RULES, Stale, Unnamed
from personas.definitions.services import Unsound
from personas.models import PersonaDraft
from smarketing.rows import clock

from . import differing, writing_match
from .words import said, voice

if TYPE_CHECKING:
    from .writing import Form

WHO, MATCH, CHECK = "who", "match", "check"
ALL = (WHO, *story.BY_KEY, MATCH, CHECK)
TITLES: dict[str, Any] = {
    WHO: gettext_lazy("Who"),
    **{key: group.label for key, group in story.BY_KEY.items()},
    MATCH: gettext_lazy("How to recognise"),
    CHECK: gettext_lazy("Read and publish"),
}
FAULTY = 422


@dataclass(frozen=True)
class Mark:
    """A step in the list of steps: `said` of `of` questions are answered; `done` where that is all there is to say."""

    key: str
    title: Any
    here: bool
    said: int = 0
    of: int = 0

    @property
    def done(self) -> bool:
        return self.of > 0 and self.said == self.of


@dataclass(frozen=True)
class Asked:
    """A question of a step. `boxes`: (name, text, code, name of the language), the page's language first."""

    label: Any
    help: Any
    personal: bool
    boxes: list[tuple[str, str, str, str]]


def render(form: "Form", status: int = 200) -> HttpResponse:
    """The page of a step."""
    at = ALL.index(form.step)
    context = {
        "form": form, "draft": form.draft, "step": form.step, "title": TITLES[form.step], "marks": _marks(form),
        "last": form.step == CHECK, "next": ALL[min(at + 1, len(ALL) - 1)], "before": ALL[at - 1] if at else "",
        "number": at + 1, "of": len(ALL), "name_errors": form.errors.get("name", []), "theirs": form.theirs,
    }  # fmt: skip
    if form.step == MATCH:
        context |= writing_match.context(form)
    elif form.step == CHECK:
        context |= _check(form)
    elif form.step != WHO:
        context |= {"group": story.BY_KEY[form.step], "questions": _questions(form)}
    return render_page(form.request, "personas/writing.html", context, status=status)


def _marks(form: "Form") -> list[Mark]:
    marks = []
    for key in ALL:
        group, here = story.BY_KEY.get(key), key == form.step
        if group:
            keys = group.keys(form.personal)
            marks.append(Mark(key, TITLES[key], here, len(keys) - len(story.unsaid(keys, form.draft.story)), len(keys)))
        else:
            said_it = {WHO: bool(form.draft.name), MATCH: bool(_chosen(form.draft.rules))}.get(key, False)
            marks.append(Mark(key, TITLES[key], here, int(said_it), int(key != CHECK)))
    return marks


def _chosen(rules: Mapping[str, list[str]]) -> str:
    return next(iter(rules.get(f"{RULES}.kind") or [""]), "")


def _questions(form: "Form") -> list[Asked]:
    group = story.BY_KEY[form.step]
    found = []
    for one in group.asked(form.personal):
        key = group.key_of(one)
        boxes = [
            (f"{key}@{code}", form.draft.story.get(f"{key}@{code}", ""), code, name) for code, name in form.languages
        ]
        found.append(Asked(one.label, one.help, one.personal, boxes))
    return found


# --- the last step


def _check(form: "Form") -> dict[str, Any]:
    """What will change, what is wrong, what is not said, who will be told."""
    draft, speaker = form.draft, voice()
    rules, wrong = (
        persona_drafts.condition(draft, speaker.catalogue),
        persona_drafts.problems(draft, speaker.catalogue),
    )
    last = draft.persona.versions.order_by("-number").first() if draft.persona else None
    problems = [(WHO, persona_drafts.name_problem(draft))] if persona_drafts.name_problem(draft) else []
    problems += [(MATCH, said(one, speaker)) for one in wrong]
    keys = [key for group in story.GROUPS for key in group.keys(form.personal)]
    missing = {
        key.partition(".")[0]
        for key in story.unsaid([group.key for group in story.GROUPS if not group.spoken], draft.story)
    }
    said_so_far = (
        rules if not wrong else last.rules if last else {}
    )  # what cannot be read is told above, not read aloud
    new = differing.Told(draft.name, draft.negative, draft.story, said_so_far)
    today = clock.today()
    return {
        "changes": differing.changes(differing.of(last) if last else None, new, form.personal),
        "version": last.number + 1 if last else 1,
        "problems": [(form.address(where), text) for where, text in problems],
        "missing": [TITLES[key] for key in ALL if key in missing],
        "said": len(keys) - len(story.unsaid(keys, draft.story)),
        "asked": len(keys),
        "no_rules": not rules and not wrong,
        "namings": persona_care.namings(draft.persona) if draft.persona else [],
        "reviews": [(months, months_on(today, months)) for months in persona_care.MONTHS],
        "review": form.request.POST.get("review", str(persona_care.MONTHS[1])),
    }


def publish(form: "Form", revision: int | None = None) -> HttpResponse:
    """Publish the draft as it stands, or say at the top what hinders it. `revision`: just saved, else as the page was opened."""
    months = form.request.POST.get("review", str(persona_care.MONTHS[1]))
    review_on = months_on(clock.today(), int(months)) if months in map(str, persona_care.MONTHS) else None
    try:
        version = persona_drafts.publish(
            draft=form.draft,
            revision=form.revision if revision is None else revision,
            review_on=review_on,
            by=form.request.user,
            at=clock.now(),
        )
    except Stale as stale:
        form.theirs = stale.draft
        if PersonaDraft.objects.filter(pk=stale.draft.pk).exists():
            form.draft = stale.draft
        return render(form, FAULTY)
    except (Unnamed, Unsound):
        return render(form, FAULTY)
    messages.success(form.request, _("Saved as version %(number)s.") % {"number": version.number})
    waiting = [naming.line.name for naming in persona_care.namings(version.persona) if naming.waits]
    if waiting:
        told = _("The draft of %(names)s names this version now: propose it when both sides are ready.")
        messages.info(form.request, told % {"names": ", ".join(waiting)})
    return go(form.request, reverse("personas:persona", args=[version.persona_id]))


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Another page, also for a form that was sent in place."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def months_on(day: date, months: int) -> date:
    """The same day so many months later, the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + year, month + 1, day.day - back)
        except ValueError:
            continue
    raise AssertionError("a month has at least 28 days")

"""The draft of the glossary: what it says otherwise than the words in force; a form for one word in both languages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from personas.glossary import bound, queries, services, terms
from personas.glossary.terms import LANGUAGES, LONGEST, Term, Text
from personas.models import GlossaryTerm
from smarketing.accounts.policy import may, needs
from smarketing.agreements import signing
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from .glossary import readers_first, waiting
from .glossary_words import said, told

FAULTY = 422
LABELS = {
    "word": (gettext_lazy("Word"), ""),
    "forms": (
        gettext_lazy("Other forms"),
        gettext_lazy("Plurals and other names, between commas: pages mark them, too."),
    ),
    "sentence": (
        gettext_lazy("What it means"),
        gettext_lazy("One or two sentences that both teams read the same way."),
    ),
}


class TermForm(forms.Form):
    """One word in every language, and what is executed under it. `fields_of`: the fields by language, the reader's first."""

    binding = forms.ChoiceField(
        label=gettext_lazy("What is executed under this word"), required=False,
        help_text=gettext_lazy("It then shows beside the word what holds today, with its version."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["binding"].choices = [("", _("nothing: the sentence says it all")), *bound.choices()]
        for lang in LANGUAGES:
            for part, (label, hint) in LABELS.items():
                long = part == "sentence"
                attrs = {"class": "form-control", "lang": lang} | ({"rows": 4} if long else {})
                self.fields[f"{part}_{lang}"] = forms.CharField(
                    label=label, help_text=hint, required=False, strip=True, max_length=10 * LONGEST[part],
                    widget=forms.Textarea(attrs) if long else forms.TextInput(attrs),
                )  # fmt: skip
        self.fields["binding"].widget.attrs["class"] = "form-select"

    @property
    def by_language(self) -> list[tuple[str, str, list[Any]]]:
        """(code, name, its fields), the reader's language first."""
        return [(lang, name, [self[f"{part}_{lang}"] for part in LABELS]) for lang, name in readers_first()]

    def texts(self) -> dict[str, Text]:
        return {lang: Text(*(self.cleaned_data[f"{part}_{lang}"] for part in LABELS)) for lang in LANGUAGES}


@needs("glossary.view")
@require_GET
def draft(request: HttpRequest) -> HttpResponse:
    """What is being written: changes against the words in force, all words to open, those left out to put back."""
    at, lang = clock.now(), active_language()
    live = queries.in_force(at)
    words = queries.draft()
    context = {
        "version": live.version,
        "changes": told(terms.changes(live.terms, words)),
        "words": [(one.key, one.text(lang)) for one in terms.in_order(words, lang)],
        "left_out": [(one.key, one.text(lang)) for one in terms.in_order(queries.left_out(), lang)],
        "waiting": waiting(),
        "may_edit": may(request.user, "glossary.edit"),
        "may_sign": signing.may_at_once(request.user, services.KIND, at),
        "unsigned": live.version is None and not queries.papers().exists(),
    }
    return render(request, "personas/glossary_draft.html", context)


@needs("glossary.edit")
@once
def term_new(request: HttpRequest) -> HttpResponse:
    """A word more."""
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        term = Term(_free_key(form), form.texts(), form.cleaned_data["binding"])
        if _saved(request, form, term, 0):
            return redirect("personas:glossary_draft")
    return _form(request, form, None, 0)


@needs("glossary.edit")
@once
def term(request: HttpRequest, key: str) -> HttpResponse:
    """One word: said anew, left out, or put back. 404 for a word there is not."""
    try:
        known = queries.written(key)
    except KeyError:
        raise Http404 from None
    row = GlossaryTerm.objects.filter(key=key).first()
    revision = row.revision if row else 0
    if request.method != "POST":
        return _form(request, TermForm(initial=_initial(known)), known, revision, row)
    do, form = request.POST.get("do", "save"), TermForm(request.POST)
    read = _revision(request)
    if do in ("remove", "put_back"):
        if _moved(request, do, key, read):
            return redirect("personas:glossary_draft")
        return redirect("personas:glossary_term", key)
    if form.is_valid() and _saved(request, form, Term(key, form.texts(), form.cleaned_data["binding"]), read):
        return redirect("personas:glossary_draft")
    if read != revision and not form.non_field_errors():  # whoever sends the page that comes has seen it
        form.add_error(None, str(services.Stale()))
    return _form(request, form, known, revision, row)


def _saved(request: HttpRequest, form: TermForm, term: Term, revision: int) -> bool:
    try:
        services.write(term=term, revision=revision, by=request.user, at=clock.now())
    except services.Stale as refusal:
        form.add_error(None, str(refusal))
        return False
    except services.Faulty as refusal:
        for one in refusal.faults:
            form.add_error(f"{one.part}_{one.lang}" if one.part else None, said(one))
        return False
    messages.success(request, _("Saved in the draft. It counts once both sides have signed."))
    return True


def _moved(request: HttpRequest, do: str, key: str, revision: int) -> bool:
    act = services.remove if do == "remove" else services.put_back
    try:
        act(key=key, revision=revision, by=request.user, at=clock.now())
    except services.Stale as refusal:
        messages.error(request, str(refusal))
        return False
    except services.Faulty as refusal:
        messages.error(request, " ".join(said(one) for one in refusal.faults))
        return False
    left = _("Left out of the draft. What was signed keeps it.")
    messages.success(request, left if do == "remove" else _("It is in the draft again."))
    return True


def _form(request: HttpRequest, form: TermForm, known: Term | None, revision: int, row: GlossaryTerm | None = None):
    """What was typed stays; `revision` is the newest one, so that whoever looked at it may save over it."""
    context = {
        "form": form,
        "term": known,
        "title": known.text(active_language()).word if known else "",
        "revision": revision,
        "row": row,
    }
    status = FAULTY if request.method == "POST" else 200
    return render(request, "personas/glossary_term.html", context, status=status)


def _initial(known: Term) -> dict[str, str]:
    texts = {f"{part}_{lang}": getattr(known.text(lang), part) for lang in LANGUAGES for part in LABELS}
    return texts | {"binding": known.binding}


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _free_key(form: TermForm) -> str:
    """A lasting name that nobody has: of the English word, else of the French one."""
    texts = form.texts()
    base = slugify(texts["en"].word)[:50] or slugify(texts["fr"].word)[:50] or "word"
    taken = {one.key for one in [*queries.draft(), *queries.left_out()]}
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if key not in taken)

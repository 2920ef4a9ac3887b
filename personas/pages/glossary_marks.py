"""The words of the glossary as every page marks them: a button of the frame, what is put at its end, the words themselves."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from personas.glossary import bound, queries
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web import slots
from smarketing.web.language import active_language

MOST = 3  # sentences of what is executed, beside one word
# Set phrases in which a word of the glossary means something else, by language: left unmarked.
IDIOMS = {
    "en": ("information sources", "side by side", "on that side", "leads a", "leads the"),
    "fr": ("étape par étape", "chaque étape", "sources d’information", "à côté", "de côté", "d’un côté", "l’autre côté", "case à cocher", "cocher la case",
           "cochez la case", "fichier joint", "prend effet", "prend pas effet", "prend jamais effet", "prendre effet", "prennent effet", "prise d’effet", "en attente"),
}  # fmt: skip


def register() -> None:
    slots.fill("frame.tools", tool)
    slots.fill("frame.end", here)


def tool(context) -> str:
    """The button that lists the words of the page, in the frame."""
    return render_to_string("personas/words_tool.html")


def here(context) -> str:
    """What marks the words of the page, at its end."""
    return render_to_string("personas/words_here.html", {"lang": active_language()})


@needs("glossary.view")
@require_GET
@cache_control(private=True, max_age=60)
def marked(request: HttpRequest) -> HttpResponse:
    """The words in force in the reader's language: forms, sentence, what is executed, where they stand. Kept by the browser for a
    minute, under an address that names the language."""
    at, lang = clock.now(), active_language()
    live = queries.in_force(at)
    executed, home = bound.of_all(live.terms, at), reverse("personas:glossary")
    found = [
        {
            "key": term.key, "word": text.word, "forms": text.spoken(), "sentence": text.sentence,
            "executed": [one.text for one in executed[term.binding]][:MOST], "url": f"{home}#{term.key}",
        }
        for term in live.terms
        for text in [term.text(lang)]
    ]  # fmt: skip
    return JsonResponse({"version": live.mark, "terms": found, "idioms": list(IDIOMS.get(lang, ()))})

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonasConfig(AppConfig):
    name = "personas"
    label = "personas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from personas.definitions import comment_notices
        from personas.definitions.services import KIND, on_signed, verify
        from personas.glossary import services as words
        from personas.glossary import spoken
        from personas.pages import day_one, effects, finding, glossary, glossary_marks, reminders, talks, traits
        from personas.pages import words as words_of
        from smarketing.agreements import kinds
        from smarketing.web import known

        kinds.register(
            kinds.PaperKind(
                KIND, _("definition"), "definition.sign", on_signed, _page, _name, verify, comes_of=effects.comes_of
            )
        )
        kinds.register(
            kinds.PaperKind(
                words.KIND,
                _("glossary"),
                "glossary.sign",
                words.on_signed,
                glossary.address,
                glossary.name,
                words.verify,
            )
        )
        spoken.register()
        glossary_marks.register()
        day_one.register()
        finding.register()
        known.register("persona", known.Kind("personas.view", finding.names))
        comment_notices.register(lambda one: talks.quoted(one, words_of.voice()))
        traits.register()
        reminders.register()
        effects.register()


def _page(paper):
    from personas.pages.papers import address

    return address(paper)


def _name(paper):
    from personas.pages.papers import name

    return name(paper)

"""The demo's mail templates: one for each of two personas, one for anybody, in both languages."""

from datetime import datetime

from leads.mailing import templates
from personas.criteria.words import french_spaces
from personas.models import Persona
from smarketing.accounts.models import User

# Name, key of the buyer ("" for anybody), language -> (subject, text).
MAILS: tuple[tuple[str, str, dict[str, tuple[str, str]]], ...] = (
    ("First mail, marketing", "claire", {
        "en": ("Two hours of reporting a week, {{first_name|Hello}}?",
               "Hello {{first_name|}},\n\nyou looked at how campaigns and deals come together. At {{company|companies like yours}} that is"
               " often two hours of tables a week; I can show you yours in fifteen minutes.\n\nWould Thursday suit you?\n\n{{rep}}, {{sender}}"),
        "fr": ("Deux heures de reporting par semaine, {{first_name|bonjour}} ?",
               "Bonjour {{first_name|}},\n\nvous avez regardé comment relier campagnes et affaires. Chez {{company|des entreprises comme la vôtre}},"
               " c’est souvent deux heures de tableaux par semaine ; je vous montre les vôtres en quinze minutes.\n\nJeudi vous irait-il ?"
               "\n\n{{rep}}, {{sender}}"),
    }),
    ("First mail, direction", "paul", {
        "en": ("What marketing brings at {{company|your company}}",
               "Hello {{first_name|}},\n\nwhich campaign paid last quarter? One page answers it, agreed on by both teams."
               "\n\nMay I show it to you?\n\n{{rep}}, {{sender}}"),
        "fr": ("Ce que rapporte le marketing chez {{company|vous}}",
               "Bonjour {{first_name|}},\n\nquelle campagne a payé au dernier trimestre ? Une page y répond, convenue par les deux équipes."
               "\n\nPuis-je vous la montrer ?\n\n{{rep}}, {{sender}}"),
    }),
    ("After a call without an answer", "", {
        "en": ("I tried to reach you", "Hello {{first_name|Madam, Sir}},\n\nI could not reach you by phone. When may I call?\n\n{{rep}}, {{rep_mail}}"),
        "fr": ("J’ai essayé de vous joindre", "Bonjour {{first_name|Madame, Monsieur}},\n\nje n’ai pas pu vous joindre. Quand puis-je vous appeler ?"
               "\n\n{{rep}}, {{rep_mail}}"),
    }),
)  # fmt: skip


def write(personas: dict[str, int], by: User, at: datetime) -> int:
    """Write them. Returns how many."""
    found = Persona.objects.in_bulk(personas.values())
    for name, key, texts in MAILS:
        persona = found[personas[key]] if key else None
        templates.save(template=None, name=name, persona=persona, texts=_set(texts), by=by, at=at)
    return len(MAILS)


def _set(texts: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The French with its narrow no-break spaces."""
    return {lang: tuple(map(french_spaces, pair)) if lang == "fr" else pair for lang, pair in texts.items()}

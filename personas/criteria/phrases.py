"""The phrase tables of sentences. `{S}` is the subject, `{value}`, `{low}`, `{high}` are editable pieces;
the other names bend with the field (`words.agreement`). Each row: English, French.

Sentences are written (`sentence`) and read back (`reader`) by these same rows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .decay import DECAYS
from .operators import OPERATORS

LANGUAGES = ("en", "fr")  # of each pair
Pair = tuple[str, str]


class Said(Mapping[str, Pair]):
    """The phrases that the rows of a table carry, as they stand now; `part`: which part of a row holds them."""

    def __init__(
        self, rows: Mapping[str, Any], which: Callable[[Any], bool] = lambda row: True, part: str = "phrase"
    ) -> None:
        self._rows, self._which, self._part = rows, which, part

    def __getitem__(self, name: str) -> Pair:
        return getattr(self._rows[name], self._part)

    def __iter__(self) -> Iterator[str]:
        return (name for name, row in self._rows.items() if self._which(row))

    def __len__(self) -> int:
        return len(list(iter(self)))


# operator → phrase
OPERATOR_PHRASES = Said(OPERATORS)

# A yes-or-no field reads better with a colon.
BOOL_PHRASES: dict[str, tuple[str, str]] = {
    "is": ("{S}: {value}", "{S} : {value}"),
    "is_not": ("{S}: not {value}", "{S} : pas {value}"),
}

# Date fields between two days.
DATE_PHRASES: dict[str, tuple[str, str]] = {
    "is": ("{S} {is_} {value}", "{S} {est} le {value}"),
    "is_not": ("{S} {isnt} {value}", "{S} {nest} pas le {value}"),
    "between": ("{S} {is_} between {low} and {high}", "{S} {est} {compris} entre le {low} et le {high}"),
}

NUMBER_PHRASES: dict[str, tuple[str, str]] = {
    "is": ("{S} {is_} {value}", "{S} {est} de {value}"),
    "is_not": ("{S} {isnt} {value}", "{S} {nest} pas de {value}"),
    "one_of": ("{S} {is_} {value}", "{S} {est} de {value}"),
    "none_of": ("{S} {isnt} {value}", "{S} {est} hors de {value}"),
}

# Texts are mostly compared with lists; one text alone says that it is meant alone.
TEXT_PHRASES: dict[str, tuple[str, str]] = {
    "is": ("{S} {is_} exactly {value}", "{S} {est} exactement {value}"),
    "is_not": ("{S} {isnt} exactly {value}", "{S} {nest} pas exactement {value}"),
}

# Phrases that differ by the type of the field; OPERATOR_PHRASES hold for the rest.
BY_TYPE = {
    "bool": BOOL_PHRASES, "date": DATE_PHRASES, "number": NUMBER_PHRASES, "money": NUMBER_PHRASES, "text": TEXT_PHRASES,
}  # fmt: skip

# A list of one value, which must not read like another operator; by type, "" for the rest.
ALONE: dict[str, dict[str, tuple[str, str]]] = {
    "text": {
        "one_of": ("{S} {is_} {value}", "{S} {est} {value}"),
        "none_of": ("{S} {isnt} {value}", "{S} {nest} pas {value}"),
    },
    "": {
        "one_of": ("{S} {is_} only {value}", "{S} {est} uniquement {value}"),
        "none_of": ("{S} {is_} other than {value}", "{S} {est} tout sauf {value}"),
    },
}
# operator → phrase of a property of an event: « avec <key> … », invariable
PROPERTY_PHRASES = Said(OPERATORS, lambda row: row.of_property is not None, "of_property")

# kind of event → (did, did not), bare and with a name, per language: en did, en did not, fr did, fr did not
EVENT_PHRASES: dict[str, tuple[str, str, str, str]] = {
    "page": ("visited a page", "did not visit any page", "a visité une page", "n’a visité aucune page"),
    "form": ("sent a form", "did not send any form", "a envoyé un formulaire", "n’a envoyé aucun formulaire"),
    "track": ("did something", "did nothing", "a agi", "n’a pas agi"),
    "mail_open": ("opened a mail", "did not open any mail", "a ouvert un mail", "n’a ouvert aucun mail"),
    "mail_click": ("clicked a mail", "did not click any mail", "a cliqué dans un mail", "n’a cliqué dans aucun mail"),
    "mail_delivered": ("received a mail", "did not receive any mail", "a reçu un mail", "n’a reçu aucun mail"),
    "mail_bounce": ("had a mail bounce", "had no mail bounce", "a eu un mail en erreur", "n’a eu aucun mail en erreur"),
    "unsubscribe": ("unsubscribed", "did not unsubscribe", "a demandé à ne plus recevoir de mails", "n’a pas demandé à ne plus recevoir de mails"),
    "webinar": ("took part in a webinar", "did not take part in any webinar", "a participé à un webinaire", "n’a participé à aucun webinaire"),
    "download": ("downloaded a document", "did not download any document", "a téléchargé un document", "n’a téléchargé aucun document"),
    "demo": ("asked for a demo", "did not ask for a demo", "a demandé une démonstration", "n’a pas demandé de démonstration"),
}  # fmt: skip

# What sales did with the lead: attempts, by channel and outcome.
EVENT_PHRASES["attempt"] = ("sales made an attempt", "sales made no attempt", "l’équipe commerciale a fait une tentative de suivi", "l’équipe commerciale n’a fait aucune tentative de suivi")  # fmt: skip
BY_CHANNEL = (" by {value}", " par {value}")
WITH_OUTCOME = (" with the outcome {value}", " avec pour résultat {value}")
CHANNELS = {"call": ("call", "appel"), "mail": ("mail", "mail"), "message": ("message", "message"), "visit": ("visit", "visite")}  # fmt: skip
OUTCOMES = {
    "reached": ("reached", "joint"),
    "no_answer": ("no answer", "pas de réponse"),
    "voicemail": ("voicemail left", "message vocal laissé"),
    "mail_sent": ("mail sent", "mail envoyé"),
    "wrong_number": ("wrong number", "faux numéro"),
}
ATTEMPT_WORDS = {"channel": (BY_CHANNEL, CHANNELS), "outcome": (WITH_OUTCOME, OUTCOMES)}

NAMED_PHRASES: dict[str, tuple[str, str, str, str]] = {
    "form": ("sent the form {value}", "did not send the form {value}", "a envoyé le formulaire {value}", "n’a pas envoyé le formulaire {value}"),
    "track": ("did {value}", "did not do {value}", "a fait {value}", "n’a pas fait {value}"),
    "webinar": ("took part in the webinar {value}", "did not take part in the webinar {value}", "a participé au webinaire {value}", "n’a pas participé au webinaire {value}"),
    "download": ("downloaded {value}", "did not download {value}", "a téléchargé {value}", "n’a pas téléchargé {value}"),
}  # fmt: skip

PAGE_PHRASES: dict[str, tuple[str, str, str, str]] = {
    "like": ("visited a page like {value}", "did not visit any page like {value}", "a visité une page comme {value}", "n’a visité aucune page comme {value}"),
    "is": ("visited the page {value}", "did not visit the page {value}", "a visité la page {value}", "n’a pas visité la page {value}"),
}  # fmt: skip

# What may follow an event, in this order.
ON_PAGE = {
    "like": (" on a page like {value}", " sur une page comme {value}"),
    "is": (" on the page {value}", " sur la page {value}"),
}
ON_FORM = (" with the form {value}", " avec le formulaire {value}")
NAMED = (" named {value}", " du nom de {value}")
IN_CAMPAIGN = (" in the campaign {value}", " dans la campagne {value}")
WITH = (" with ", " avec ")
TIMES = (" at least {value} times", " au moins {value} fois")
FEWER = (" fewer than {value} times", " moins de {value} fois")
WITHIN = (
    (" in the last {value} day", " sur {value} jour"),
    (" in the last {value} days", " sur les {value} derniers jours"),
)
# All that may stand behind an event, and so ends a value before it.
AFTER_EVENT = (
    *ON_PAGE.values(), ON_FORM, NAMED, BY_CHANNEL, WITH_OUTCOME, IN_CAMPAIGN, WITH, TIMES, FEWER, *WITHIN,
)  # fmt: skip
EVENT_TEMPLATES = [row for table in (EVENT_PHRASES, NAMED_PHRASES, PAGE_PHRASES) for row in table.values()]
# An act that would be wanted: so often, and so often more where it was done before.
ONCE = ("once", "une fois")
ONCE_MORE = ("once more", "une fois de plus")
SO_OFTEN = ("{value} times", "{value} fois")
SO_OFTEN_MORE = ("{value} times more", "{value} fois de plus")
NO_LONGER = ("no longer: ", "ne serait plus vrai : ")
PERSONA = ("resembles the persona {value}", "ressemble au persona {value}")
JOIN = {"all": (" and ", " et "), "any": (" or ", " ou "), "none": (" or ", " ou ")}
# Said before the members of a group: always for none, else where a single one would not tell that it is a group.
WHOLE = {
    "all": ("all of this: ", "tout ceci : "),
    "any": ("one of this: ", "l’un de ceci : "),
    "none": ("none of this: ", "rien de ceci : "),
}
# The words between values: "A, B or C"; « ni A, ni B ».
LISTS = {"or": ("or", "ou"), "and": ("and", "et"), "nor": ("or", "ni")}

EACH = (" each", " à chaque fois")
DAILY = (", at most {value} a day", ", au plus {value} par jour")
CAP = (", cap {value}", ", plafond {value}")
# fading by days → phrase; steps are written one by one
DECAY = Said(DECAYS, lambda row: not row.by_steps)
STEPS = DECAYS["steps"].phrase
STEP = ("{share} from day {day}", "{share} dès {day} {days}")
NEVER_FADES = (", never fades", ", sans érosion")
DAYS = (("day", "jour"), ("days", "jours"))
YES_NO = {True: ("yes", "oui"), False: ("no", "non")}

SECTIONS = {
    "fit": ("Who (fit, 0–100)", "Qui (profil, 0–100)"),
    "engagement": ("What they did (engagement, 0–100)", "Ce qu’ils ont fait (intérêt, 0–100)"),
    "must": ("Must have", "Exigé"),
    "never": ("Never", "Jamais"),
    "mql": ("MQL when", "MQL si"),
    "direct": ("Direct", "Voie directe"),
    "rest": ("Handing over", "Transmission"),
}
GROUP = ("these together: cap {value}", "l’ensemble : plafond {value}")
GRADES = ("grade {value}", "catégorie {value}")
BANDS = (
    "letters from {fit}; digits from {engagement}",
    "lettres à partir de {fit} ; chiffres à partir de {engagement}",
)
PACE = (
    ("at most {value} handoff a business day", "au plus {value} transmission par jour ouvré"),
    ("at most {value} handoffs a business day", "au plus {value} transmissions par jour ouvré"),
)
COOLDOWN = ("{value} {days} of rest after a closed handoff", "{value} {days} de repos après une transmission close")
HYSTERESIS = (
    ("after a no, {value} point above the band edge", "après un non, {value} point au-dessus de la borne de catégorie"),
    (
        "after a no, {value} points above the band edge",
        "après un non, {value} points au-dessus de la borne de catégorie",
    ),
)
MANDATORY = ("needed before handing over: {value}", "nécessaire avant la transmission : {value}")


_SLOT = re.compile(r"\{(\w+)\}")


def of_field(op: str, type_: str, alone: bool = False) -> tuple[str, str]:
    """How an operator is said of a field of a type; `alone`: of a list of one value."""
    if alone and op in ALONE[""]:
        return ALONE.get(type_, ALONE[""])[op]
    return BY_TYPE.get(type_, {}).get(op) or OPERATOR_PHRASES[op]


def of_fields() -> list[Pair]:
    """All that can be said of a field."""
    return [row for table in (OPERATOR_PHRASES, *BY_TYPE.values(), *ALONE.values()) for row in table.values()]


def list_of(op: str, type_: str, subject: str) -> str:
    """Which words join the values of a list: or; nor where the verb itself is negative in French."""
    return "nor" if op == "none_of" and type_ not in ("number", "money") and subject != "event" else "or"


def named_by(kind: str) -> str:
    """The part of an event that its phrase in NAMED_PHRASES names; "" for a kind without one."""
    return "" if kind not in NAMED_PHRASES else "form" if kind == "form" else "name"


def bend(template: str, words: Mapping[str, str]) -> str:
    """A phrase with the words that bend put in; its values stay to be filled in."""
    return _SLOT.sub(lambda found: words.get(found[1], found[0]), template)


def pieces(template: str) -> Iterator[tuple[str, str]]:
    """("text", …) and ("value", its name) in turn, empty texts left out."""
    for index, part in enumerate(_SLOT.split(template)):
        if part:
            yield ("value" if index % 2 else "text"), part

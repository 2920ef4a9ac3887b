"""Messages about definitions, one row per key, in both languages; `{names}` are filled from params."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .words import french_spaces

MESSAGES: dict[str, tuple[str, str]] = {
    "not_object": ("An object is expected here.", "Un objet est attendu ici."),
    "not_list": ("A list is expected here.", "Une liste est attendue ici."),
    "unknown_part": ("“{part}” is not known here.", "« {part} » n’est pas connu ici."),
    "missing_part": ("“{part}” is missing.", "« {part} » manque."),
    "too_deep": ("Conditions may be nested {limit} deep at most.", "Les conditions s’imbriquent sur {limit} niveaux au plus."),
    "too_many": ("At most {limit} here, not {count}.", "{limit} au plus ici, et non {count}."),
    "too_large": ("A definition holds {limit} conditions at most.", "Une définition compte {limit} conditions au plus."),
    "empty_group": ("A group of conditions needs at least one.", "Un groupe de conditions en demande au moins une."),
    "no_condition": ("This is not a condition.", "Ceci n’est pas une condition."),
    "unknown_field": ("The field “{field}” is not in the catalogue.", "Le champ « {field} » n’est pas au catalogue."),
    "field_retired": ("“{field}” is retired: nobody is asked for it any more. Ask for something else here, or take this out.", "« {field} » est retiré : plus personne ne le renseigne. Demandez ici autre chose, ou retirez cette ligne."),
    "field_counted": ("“{field}” is counted each night: nobody can fill it in.", "« {field} » se compte chaque nuit : personne ne peut le renseigner."),
    "unknown_operator": ("“{op}” is not an operator.", "« {op} » n’est pas un opérateur."),
    "wrong_operator": ("“{op}” does not apply to {field} ({type}).", "« {op} » ne s’applique pas à {field} ({type})."),
    "value_unexpected": ("“{op}” takes no value.", "« {op} » ne prend pas de valeur."),
    "value_missing": ("A value is missing.", "Une valeur manque."),
    "value_number": ("A number is expected, such as 50 or \"12.5\".", "Un nombre est attendu, comme 50 ou \"12.5\"."),
    "value_date": ("A date is expected, such as 2026-11-23.", "Une date est attendue, comme 2026-11-23."),
    "value_bool": ("Yes or no is expected.", "Oui ou non est attendu."),
    "value_text": ("A text of 1 to {limit} characters is expected.", "Un texte de 1 à {limit} caractères est attendu."),
    "value_list": ("A list of 1 to {limit} values is expected.", "Une liste de 1 à {limit} valeurs est attendue."),
    "value_range": ("Two values are expected, the lower first.", "Deux valeurs sont attendues, la plus petite d’abord."),
    "value_choice": ("“{value}” is not one of the choices of {field}.", "« {value} » n’est pas un choix de {field}."),
    "value_of_list": ("“{value}” is not one of the choices.", "« {value} » n’est pas un des choix."),
    "value_twice": ("“{value}” is listed twice.", "« {value} » figure deux fois."),
    "value_whole": ("A whole number from {low} to {high} is expected.", "Un nombre entier de {low} à {high} est attendu."),
    "unknown_persona": ("There is no such version of a persona.", "Cette version de persona n’existe pas."),
    "not_here": ("A condition of this kind is not allowed here.", "Une condition de cette sorte n’est pas permise ici."),
    "unknown_kind": ("“{kind}” is not a kind of event.", "« {kind} » n’est pas une sorte d’événement."),
    "name_missing": ("Say the name of the event.", "Indiquer le nom de l’événement."),
    "key_missing": ("A criterion needs a key.", "Un critère a besoin d’une clé."),
    "key_twice": ("The key “{key}” is used twice.", "La clé « {key} » sert deux fois."),
    "key_reserved": ("The key “{key}” is reserved.", "La clé « {key} » est réservée."),
    "points_zero": ("0 points change nothing.", "0 point ne change rien."),
    "each_needs_event": ("Only one event condition can give points each time.", "Seule une condition sur un événement peut donner des points à chaque fois."),
    "each_with_count": ("Points each time cannot ask for a number of times.", "Des points à chaque fois ne peuvent exiger un nombre de fois."),
    "daily_needs_each": ("A limit for a day needs points each time.", "Une limite par jour demande des points à chaque fois."),
    "decay_needs_event": ("Only points for one event condition can fade.", "Seuls les points d’une condition sur un événement peuvent s’éroder."),
    "decay_unknown": ("“{kind}” is not a kind of fading.", "« {kind} » n’est pas une sorte d’érosion."),
    "decay_negative": ("Negative points fade by a window or steps only.", "Des points négatifs ne s’érodent que par fenêtre ou par paliers."),
    "decay_steps": ("Steps need growing days and falling shares between 0 and 999,999 millionths.", "Les paliers demandent des jours croissants et des parts décroissantes entre 0 et 999 999 millionièmes."),
    "group_in_group": ("A group may not contain a group.", "Un groupe ne peut contenir de groupe."),
    "bands": ("Band edges are 1 to {limit} whole numbers between 1 and 100, the highest first.", "Les bornes de catégorie sont 1 à {limit} nombres entiers entre 1 et 100, la plus haute d’abord."),
    "unknown_cell": ("“{cell}” is not a cell of the matrix.", "« {cell} » n’est pas une case de la matrice."),
    "cell_twice": ("The cell {cell} is listed twice.", "La case {cell} figure deux fois."),
    "duplicate": ("The same condition stands twice ({other}).", "La même condition figure deux fois ({other})."),
    "contradiction": ("These conditions can never hold together.", "Ces conditions ne peuvent jamais être réunies."),
    "must_and_never": ("The same condition is asked for and excluded.", "La même condition est exigée et exclue."),
    "unreachable_cell": ("No lead can reach the cell {cell}.", "Aucun lead ne peut atteindre la case {cell}."),
    "unreachable_cells": ("No lead can reach the cells {cells}.", "Aucun lead ne peut atteindre les cases {cells}."),
    "mail_opens": ("Mail opens are unreliable; clicks say more.", "Les ouvertures de mail sont peu fiables ; les clics en disent plus."),
    "never_fades": ("These points never fade.", "Ces points ne s’érodent jamais."),
    "no_way": ("No cell is chosen and no direct path: nobody qualifies.", "Aucune case choisie et aucune voie directe : personne ne se qualifie."),
    "never_with_must": ("No lead that has all that must be, and nothing that must never be, can get these points.", "Aucun lead qui remplit ce qui est exigé, sans rien de ce qui est exclu, ne peut obtenir ces points."),
    "way_excluded": ("Nobody can take this direct path: what must be, or must never be, excludes it.", "Personne ne peut suivre cette voie directe : ce qui est exigé, ou exclu, l’interdit."),
    "own_attempts": ("This counts what sales did itself: it says who was called, not who is good.", "Ceci compte ce que l’équipe commerciale a fait elle-même : cela dit qui a été appelé, non qui est bon."),
    "cap_below_points": ("The cap of {cap} is below the {points} points of a single time.", "Le plafond de {cap} est inférieur aux {points} points d’une seule fois."),
    "group_below_points": ("The common cap of {cap} is below these {points} points.", "Le plafond commun de {cap} est inférieur à ces {points} points."),
    "counted_twice": ("One act gives points here and in “{other}”: put both under a common cap, or say which one counts.", "Un même acte donne des points ici et dans « {other} » : mettez les deux sous un plafond commun, ou dites lequel compte."),
    "hits_nobody": ("No lead has this now.", "Aucun lead ne remplit cette condition aujourd’hui."),
    "hits_everybody": ("Every lead has this now: it tells nobody apart.", "Tous les leads remplissent cette condition aujourd’hui : elle ne distingue personne."),
    "filled_late": ("{field}: for {late} of {of} leads it was filled in only after sales had called. It says who was called, not who is good.", "{field} : pour {late} leads sur {of}, renseigné seulement après l’appel de l’équipe commerciale. Cela dit qui a été appelé, non qui est bon."),
    "personal": ("{field} is personal data and of little use here: keep it only if it is needed.", "{field} : donnée personnelle et ici peu utile, à ne garder que si elle est nécessaire."),
    "switched_off": ("Age and family are switched off in the settings. {field} is neither shown nor asked any more; this line counts on, by what is stored.", "Âge et famille sont désactivés dans les réglages. {field} : ni montré ni demandé désormais. Cette ligne compte toujours, d’après ce qui est enregistré."),
    "mandatory_off": ("Age and family are switched off in the settings. {field} is mandatory here and nobody can write it any more: a lead without it is held.", "Âge et famille sont désactivés dans les réglages. {field} : obligatoire ici, et personne ne peut plus le renseigner. Un lead sans cette donnée reste en attente."),
    "sentence_stops": ("Reading stops at “{rest}”. Here could stand: {offered}.", "La lecture s’arrête à « {rest} ». Ici peut se trouver : {offered}."),
    "sentence_unfinished": ("The sentence is not finished. Next could come: {offered}.", "La phrase n’est pas finie. La suite possible : {offered}."),
    "sentence_two_ways": ("This can be read in two ways: put brackets around what belongs together, or quotation marks around a value.", "Cela se lit de deux façons : mettez entre parenthèses ce qui va ensemble, ou une valeur entre guillemets."),
    "rules_unread": ("The match rules are not understood: “{text}”.", "Les règles de reconnaissance ne se comprennent pas : « {text} »."),
    "sentence_tangled": ("This sentence says too much at once: write it as several lines.", "Cette phrase dit trop de choses à la fois : écrivez-la en plusieurs lignes."),
    "sentence_long": ("A sentence has {limit} characters at most.", "Une phrase a {limit} caractères au plus."),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: dotted path, key of MESSAGES, params."""

    path: str
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """The message in "en" or "fr", with narrow no-break spaces in French."""
        words = MESSAGES[self.key][lang == "fr"].format(**self.params)
        return french_spaces(words) if lang == "fr" else words

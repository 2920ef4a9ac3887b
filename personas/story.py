"""What a persona tells: the template in seven groups with their questions, then what is said and heard. Pure.

A version keeps texts by key and language: "role" is a group in short, "role.skills" the answer to one of its questions,
each written as "role.skills@en" and "role.skills@fr". Older versions have keys without a language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

MOST = 4000  # characters of one text


@dataclass(frozen=True)
class Question:
    """`key` below its group ("" for the group in short). `personal`: of age or family, asked only where the company wants it."""

    key: str
    label: Any
    help: Any
    personal: bool = False


@dataclass(frozen=True)
class Group:
    """One step of the guided form. `questions` by key below the group; of `spoken` the keys stand for themselves."""

    key: str
    label: Any
    purpose: Any
    questions: tuple[Question, ...]
    icon: str
    spoken: bool = False

    def keys(self, personal: bool = True) -> list[str]:
        """Keys of the texts of this group, in order."""
        return [self.key_of(one) for one in self.asked(personal)]

    def asked(self, personal: bool) -> list[Question]:
        return [one for one in self.questions if personal or not one.personal]

    def key_of(self, question: Question) -> str:
        return question.key or self.key


def _group(key: str, label: Any, purpose: Any, icon: str, short: Any, *questions: Question) -> Group:
    asked = (Question("", _("In short"), short),)
    below = tuple(Question(f"{key}.{one.key}", one.label, one.help, one.personal) for one in questions)
    return Group(key, label, purpose, (*asked, *below), icon)


# The seven groups of the template, and what people say and hear.
GROUPS: tuple[Group, ...] = (
    _group(
        "role", _("Role"), _("What this person does all day, and how the work is judged."), "briefcase",
        _("One sentence that a colleague would nod at."),
        Question("job", _("Job and title"), _("The title on the card, and what the job really is.")),
        Question("measured", _("How the job is measured"), _("Figures, deadlines, the bonus: how others see that the job is well done.")),
        Question("day", _("A typical day"), _("From the first mail to the last appointment.")),
        Question("skills", _("Skills"), _("What this person knows well, and what is left to others.")),
        Question("tools", _("Knowledge and tools"), _("Software and methods used every day.")),
        Question("reports", _("Reports to, manages"), _("Who decides above, who works below.")),
    ),
    _group(
        "objectives", _("Objectives"), _("What this person answers for, and would call a success."), "flag",
        _("The one thing that must go well this year."),
        Question("responsible", _("Responsibilities"), _("What lands on this desk and no other.")),
        Question("success", _("What success means"), _("How this person, and whoever is above, would know.")),
    ),
    _group(
        "challenges", _("Challenges"), _("What stands in the way, and what has been tried."), "exclamation-triangle",
        _("The difficulty that comes up first in every talk."),
        Question("biggest", _("The biggest difficulties"), _("In the person’s own words, where you have them.")),
        Question("overcome", _("How they are overcome today"), _("What is done about them now, and why it is not enough.")),
    ),
    _group(
        "company", _("Company"), _("Where this person works."), "building",
        _("The kind of company in one line."),
        Question("industry", _("Industry"), _("Sector, and what the company sells to whom.")),
        Question("size", _("Size by people"), _("From how many to how many employees.")),
        Question("revenue", _("Size by revenue"), _("From how much to how much a year.")),
    ),
    _group(
        "sources", _("Information sources"), _("Where this person learns something new for the job."), "journal-text",
        _("Where this person looks first."),
        Question("reads", _("Publications and blogs"), _("Read regularly, not only known.")),
        Question("associations", _("Associations and events"), _("Member of, seen at.")),
        Question("networks", _("Networks"), _("Social networks, groups, former colleagues.")),
    ),
    _group(
        "background", _("Background"), _("What this person brings along."), "mortarboard",
        _("Where this person comes from, professionally."),
        Question("age", _("Age"), _("An interval, never a date of birth; only if it changes what you would say."), personal=True),
        Question("family", _("Family"), _("Only if it changes what you would say."), personal=True),
        Question("education", _("Education"), _("Degree and school, where they matter.")),
        Question("career", _("Career"), _("The way to this job.")),
    ),
    _group(
        "buying", _("Buying preferences"), _("How this person likes to buy."), "cash-coin",
        _("What a salesperson should know before the first call."),
        Question("contact", _("Favourite contact"), _("By mail, by telephone, in person; at what time.")),
        Question("research", _("Research on the internet"), _("Whether and how this person looks for vendors and products.")),
        Question("recent", _("A recent purchase"), _("What was bought, why, how it was decided, whether it was a good one.")),
        Question("journey", _("Way to the decision"), _("Who else has a say, what is compared, how long it takes.")),
    ),
    Group(
        "voice", _("Said and heard"), _("What this person says, and what marketing and sales answer."),
        (
            Question("quotes", _("Quotes"), _("Word for word, one a line.")),
            Question("objections", _("Objections"), _("What speaks against buying, and the answer; one a line.")),
            Question("avoid", _("What to avoid"), _("What this person asks us not to do, such as prices by mail.")),
            Question("message", _("Message"), _("What marketing says to this person.")),
            Question("pitch", _("Pitch"), _("What sales says in the first half minute.")),
        ),
        "chat-left-text", spoken=True,
    ),
)  # fmt: skip
BY_KEY = {group.key: group for group in GROUPS}
PERSONAL = frozenset(group.key_of(one) for group in GROUPS for one in group.questions if one.personal)
LABELS: dict[str, Any] = {
    group.key_of(one): one.label if one.key else group.label for group in GROUPS for one in group.questions
}


def told(story: Mapping[str, str], language: str) -> dict[str, tuple[str, str]]:
    """Key → (text, its language) as a reader of `language` reads it: in their own where it was written so, else in the other
    one; the language is "" where nobody said which it is."""
    found: dict[str, tuple[str, str]] = {}
    for key, text in story.items():
        name, _at, lang = key.partition("@")
        if text and (name not in found or _nearer(lang, found[name][1], language)):
            found[name] = (text, lang)
    return found


def _nearer(lang: str, than: str, language: str) -> bool:
    """A text in the reader's language before one in none, that before one in another."""
    rank = (language, "")
    return (rank.index(lang) if lang in rank else 2) < (rank.index(than) if than in rank else 2)


def by_language(story: Mapping[str, str], language: str) -> dict[str, str]:
    """The same texts, each under a key with a language: what has none is taken for `language`, or for the one that is left
    where the key is written in `language` too (English and French)."""
    found = {key: text for key, text in story.items() if "@" in key and text}
    for key, text in story.items():
        if "@" not in key and text:
            own, other = f"{key}@{language}", f"{key}@{'fr' if language == 'en' else 'en'}"
            found.setdefault(own if own not in found else other, text)
    return found


def public(story: Mapping[str, str], personal: bool) -> dict[str, str]:
    """What may be shown: all, or without age and family."""
    return {key: text for key, text in story.items() if personal or key.partition("@")[0] not in PERSONAL}


def unsaid(keys: Iterable[str], story: Mapping[str, str]) -> list[str]:
    """Of these keys, those nothing is written for in any language."""
    said = {key.partition("@")[0] for key, text in story.items() if text}
    return [key for key in keys if key not in said]

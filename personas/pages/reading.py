"""What a version of a persona tells its reader: group by group, in their language where it was written so."""

from dataclasses import dataclass
from typing import Any

from personas import story
from personas.models import PersonaVersion
from smarketing.accounts import languages
from smarketing.web.language import active_language


@dataclass(frozen=True)
class Answer:
    """A question of the template that is answered; `lang`: of the text where that is not the reader's, with its name."""

    key: str
    label: Any
    text: str
    lang: str
    language: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True)
class Told:
    """A group of the template as it is read: in short, and its answers; `unsaid` questions."""

    group: story.Group
    short: Answer | None
    answers: list[Answer]
    unsaid: list[Any]


def told(version: PersonaVersion, personal: bool) -> list[Told]:
    """What a version tells its reader, group by group."""
    texts, names, here = story.told(version.story, active_language()), dict(languages.choices()), active_language()
    found = []
    for group in story.GROUPS:
        answers, unsaid, short = [], [], None
        for one in group.asked(personal):
            text, lang = texts.get(group.key_of(one), ("", ""))
            foreign = lang if lang not in ("", here) else ""
            answer = Answer(group.key_of(one), one.label, text, foreign, str(names.get(foreign, foreign)))
            if not text:
                unsaid.append(one.label)
            elif not one.key:
                short = answer
            else:
                answers.append(answer)
        found.append(Told(group, short, answers, unsaid))
    return found

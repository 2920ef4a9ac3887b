"""Comments as pages draw them: threads by the line they are about, the one that is open, what was typed and refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from personas.builder import places
from personas.criteria import definition_text
from personas.criteria.sentence import Voice, plain
from personas.definitions import comments
from personas.definitions.comments import Thread
from personas.models import Comment, DefinitionLine

from .document import Document
from .labels import SETTINGS

WHOLE = "all"  # in addresses: the comments on the whole definition


@dataclass
class Talk:
    """`open`: the place whose threads are open with a form, None for none; `text`, `error`, `answers`: of a form that was
    refused. `lost`: (thread, its line as it read) of those whose line the text shown does not hold."""

    open: str | None
    by_place: dict[str, list[Thread]] = field(default_factory=dict)
    lost: list[tuple[Thread, str]] = field(default_factory=list)
    count: int = 0
    text: str = ""
    error: str = ""
    answers: int | None = None

    @property
    def beside(self) -> bool:
        """Whether something stands beside a line: an unsettled thread, or the form of one."""
        return bool(self.open) or any(
            place and not thread.settled for place, threads in self.by_place.items() for thread in threads
        )


def talk(
    line: DefinitionLine, shown: Document, speaker: Voice, asked: str, *, text: str = "", error: str = "",
    answers: int | None = None,
) -> Talk:  # fmt: skip
    """The threads of a definition beside a text. `asked`: the place to open as addresses name it, "" for none."""
    found = comments.threads(line)
    here = {one.place for section in shown.sections for one in section.lines if not one.unsaid} | {""}
    made = Talk(open_place(asked), count=comments.count(found), text=text, error=error, answers=answers)
    for thread in _unsettled_first(found):
        if thread.first.place in here:
            made.by_place.setdefault(thread.first.place, []).append(thread)
        else:
            made.lost.append((thread, quoted(thread.first, speaker)))
    if made.open is not None and made.open not in here:
        made.open = ""
    return made


def open_place(asked: str) -> str | None:
    """The place that an address asks for."""
    return None if not asked else "" if asked == WHOLE else asked


def quoted(comment: Comment, speaker: Voice) -> str:
    """The line that a comment is about, as it read then."""
    quote = comment.quote
    if "items" in quote:
        return plain(definition_text.group_line(quote, (), speaker))
    if "points" in quote:
        return plain(speaker.criterion(quote))
    if "when" in quote:
        return plain(speaker.condition(quote["when"]))
    return str(SETTINGS.get(comment.place, ""))


def _unsettled_first(found: Iterable[Thread]) -> list[Thread]:
    return sorted(found, key=lambda one: one.settled)


assert set(SETTINGS) == set(places.SETTINGS)

"""The keys, page by page. Those of the rail come from the rail itself."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """`keys`: (keys pressed one after the other or together, what happens)."""

    title: str
    keys: tuple[tuple[tuple[str, ...], str], ...]


GROUPS = (
    Group(
        _("Everywhere"),
        (
            (("?",), _("the keys of the page you are on")),
            (("w",), _("the words of the page you are on, with what they mean")),
            (("/",), _("search")),
            (("Ctrl", "K"), _("command palette")),
            (("↓",), _("next hit of a search")),
            (("↑",), _("previous hit of a search")),
            (("Esc",), _("close what is open")),
        ),
    ),
    Group(
        _("In a list"),
        (
            (("j",), _("next row")),
            (("k",), _("previous row")),
            (("x",), _("choose the row")),
            (("Enter",), _("open the row")),
        ),
    ),
    Group(
        _("On a lead of the queue"),
        (
            (("1", "…", "5"), _("log an outcome: reached, no answer, voicemail, mail sent, wrong number")),
            (("f",), _("next step, then a digit for its day")),
            (("e",), _("write a note")),
            (("a",), _("accept; in the list: take from the pool")),
            (("r",), _("refuse: then the letter of the reason, a digit for what it asks")),
            (("t",), _("return: then the letter of the reason, a digit for what it asks")),
            (("c",), _("confirm the need")),
            (("d",), _("open a deal")),
            (("i",), _("they replied by themselves")),
            (("m",), _("mail from a template")),
            (("w",), _("wait for the prospect, or end the pause")),
            (("s",), _("snooze until later")),
            (("p",), _("skip, with a reason")),
            (("n",), _("next lead")),
            (("b",), _("lead before")),
            (("l",), _("back to the list, at the same row")),
            (("u",), _("undo")),
        ),
    ),
    Group(
        _("In the definition"),
        (
            (("Tab",), _("next sentence, next value")),
            (("Enter",), _("change the value, save it")),
            (("←",), _("the word before, in the sentence")),
            (("→",), _("the word after, in the sentence")),
            (("Alt", "↑"), _("move the criterion up")),
            (("Alt", "↓"), _("move the criterion down")),
            (("Esc",), _("leave without saving")),
            (("Ctrl", "Z"), _("undo")),
        ),
    ),
    Group(
        _("Presenting the month of a contract"),
        (
            (("→",), _("next slide")),
            (("Space",), _("next slide")),
            (("Page ↓",), _("next slide")),
            (("←",), _("previous slide")),
            (("Page ↑",), _("previous slide")),
            (("Home",), _("first slide")),
            (("End",), _("last slide")),
            (("Esc",), _("back to the month")),
        ),
    ),
)

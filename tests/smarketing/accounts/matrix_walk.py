"""One position walks through the URL map and asks; what it was told is judged by the table."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.people import PASSWORD
from tests.smarketing.accounts import matrix_table as table
from tests.smarketing.accounts.matrix_objects import Objects, mark
from tests.smarketing.accounts.matrix_table import NONE, WORK

PLACED = table.placed()
# What answers otherwise than 404 for what is not there: a program is told what it asked wrongly, a link that opens nothing
# says why.
NOTHING = {"measures:one": 400, "account_reset_password_from_key": 200, "start:begin": 200}
QUERIES = {
    "measures:one": "?from=2026-01-01&to=2026-04-01", "leads:replayed": "?what=was.mql",
    "leads:api_changes": "?since=2026-01-01T00:00:00Z",
}  # fmt: skip
# What a deed is sent; each other one is sent empty.
BODIES: dict[str, dict] = {
    "leads:attempt": {"outcome": "reached"}, "leads:note": {"text": "A word."}, "leads:praise": {"text": "Well done."},
    "leads:open_deal": {"title": "Pilot"}, "leads:change_deal": {"title": "Pilot", "amount": "12"}, "leads:reassign": {"rep": ""},
    "leads:pool_do": {"do": "up"}, "leads:attribute_do": {"do": "offer"}, "leads:reason_do": {"do": "up"}, "sla:waiver_reason_do": {"do": "up"}, "leads:deal_step_do": {"do": "up"},
    "personas:comment_change": {"do": "settle"}, "personas:ending": {"do": "off"}, "personas:persona_act": {"do": "duplicate"}, "leads:lead_list_do": {"do": "offer"},
}  # fmt: skip
IN_BODY = {"personas:act", "personas:row"}  # these name a row of the draft there
FRAGMENTS = {
    "personas:counts",
    "personas:persona_counts",
    "leads:replay",
    "leads:try",
}  # asked by a page; alone they lead to it
BY_STATE = {
    "readyz",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
}  # not ready where no worker runs; a passkey made up here cannot be read
SAID = {("invitation link", "shut"): 410}  # used or taken back: says so to whoever holds it


@dataclass
class Asked:
    """One position's walk: what was wrong, and how often each kind of answer was met."""

    wrong: list[str] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)

    def __iadd__(self, other: "Asked") -> "Asked":
        self.wrong += other.wrong
        self.seen += other.seen
        return self


def audience(name: str, deed: bool) -> tuple[str, ...]:
    """Who may use an address at all: to read it, or for its deed."""
    return table.DEEDS.get(name, PLACED[name][1]) if deed else PLACED[name][1]


class Walk:
    """`position` asks: "" is nobody signed in."""

    def __init__(self, there: Objects, position: str):
        self.there, self.position, self.found = there, position, Asked()
        self.browser = Client(raise_request_exception=False)
        if position:
            self.browser.force_login(there.askers[position])
            self.browser.post("/accounts/reauthenticate/", {"password": PASSWORD})  # and proved it just now
        personal = table.sees("lead", position) if position not in ("", table.VIEWER) else set()
        self.secret = [mark(one) for one in WORK if one not in personal]

    def ask(self, address: str, deed: bool, body: dict | None = None, **headers: str) -> tuple[int, str]:
        """(status, what is said). What the request did is taken back, what the browser was told too."""
        before = self.browser.cookies.copy()
        with transaction.atomic():
            answer = (self.browser.post if deed else self.browser.get)(address, body or {}, headers=headers)
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            transaction.set_rollback(True)
        self.browser.cookies = before
        return answer.status_code, text + str(answer.get("Location", ""))

    def route(self, name: str, deed: bool, whole: bool) -> None:
        """Ask an address for an object of every class; not `whole`: of those that may differ for this position."""
        kind = PLACED[name][0]
        objects = {**self.there.kinds, **self.there.personal.get(self.position, {})}.get(kind)
        if objects is None:
            objects = {"missing": {"pk": NONE}} if kind else {"": {}}
        if not whole:
            objects = self.telling(name, kind, deed, objects)
        query = QUERIES.get(name, "")
        head, body = {"HX-Request": "true"} if name in FRAGMENTS else {}, BODIES.get(name) if deed else None
        nothing = (
            self.ask(reverse(name, kwargs=objects["missing"]) + query, deed, body, **head)
            if "missing" in objects
            else None
        )
        for cls, arguments in objects.items():
            answer = (
                nothing if cls == "missing" else self.ask(reverse(name, kwargs=arguments) + query, deed, body, **head)
            )
            self.judge(name, kind, cls, deed, answer, nothing, arguments, objects.get("missing", {}))

    def telling(self, name: str, kind: str, deed: bool, objects: dict) -> dict:
        """The classes that may be answered differently. What everybody sees is opened by one position, each in its turn."""
        asked = audience(name, deed)
        told = {one: objects[one] for one in ("missing", "crossed") if one in objects}
        if self.position not in asked:
            return dict(list((told or objects).items())[:1])
        if table.sees(kind, self.position) < set(objects) - {"missing", "nothing", "crossed"}:
            return objects
        turn = asked[sorted(PLACED).index(name) % len(asked)] == self.position
        names = self.position in (table.REP, table.VIEWER) and kind not in table.NAMELESS and asked != table.ANYBODY
        turn = turn or names  # who must not read every name opens whatever may hold one
        return told | {one: objects[one] for one in ("foreign", "there", "") if one in objects and turn}

    def judge(self, name, kind, cls, deed, answer, nothing, arguments, none) -> None:
        """Note what is wrong with an answer: `nothing` is the one to what is missing, which `none` names."""
        may = self.position in audience(name, deed)
        opens = may and cls in table.sees(kind, self.position) | {""}
        self.found.seen["opens" if opens else "nothing" if may else "shut"] += 1
        named = [*arguments.values(), *none.values()]
        same = nothing is not None and (answer[0], plain(answer[1], named)) == (nothing[0], plain(nothing[1], named))
        said = [f"says {one}" for one in self.secret if one in answer[1]]
        if answer[0] >= 500 and name not in BY_STATE:
            said.append(str(answer[0]))
        elif answer[0] != 405:  # no such deed, whatever the object
            wrong = self.shut if not may else self.opened if opens else self.not_there
            said += wrong(name, kind, cls, answer[0], same)
        who = f"{self.position or 'nobody'} {'POST' if deed else 'GET'} {name} {cls or '-'}"
        self.found.wrong += [f"{who}: {one}" for one in said]

    def shut(self, name: str, kind: str, cls: str, status: int, same: bool) -> list[str]:
        said = (302, 401, 403) if not self.position or kind in table.PROGRAMS else (403,)
        return [] if status in said else [f"{status} to whom it is shut"]

    def opened(self, name: str, kind: str, cls: str, status: int, same: bool) -> list[str]:
        unnamed = status == 404 and (
            not kind or name in IN_BODY
        )  # a deed that names its object in the body, sent without one
        return [f"{status} to whom it is open"] if not unnamed and (status in (403, 404) or same) else []

    def not_there(self, name: str, kind: str, cls: str, status: int, same: bool) -> list[str]:
        if (kind, cls) in SAID:
            return [] if status == SAID[kind, cls] else [f"{status}, not {SAID[kind, cls]}"]
        if kind in table.GONE and cls == "left" and self.position == table.REP:
            return [] if status in (200, 409) else [f"{status} to whom it was taken from"]
        wrong = [] if status == NOTHING.get(name, 404) else [f"{status} to whom it is not there"]
        return wrong + ([] if same else ["told apart from what is missing"])


def plain(text: str, named: Iterable) -> str:
    """A page without what differs between any two answers: tokens against forgery, the time, and what was named (or the
    beginning of it)."""
    text = re.sub(r"[A-Za-z0-9]{64}|nonce-[^'\" ]+|nonce=\"[^\"]+\"|name=\"once\" value=\"[^\"]+\"", "", text)
    text = re.sub(r"\d{1,2}:\d{2}", "", text)
    for value in sorted(map(str, named), key=len, reverse=True):
        text = text.replace(value, "#").replace(value[:12], "#")
    return text


def walked(there: Objects, position: str, deed: bool, whole: bool, kinds: set[str] | None = None) -> Asked:
    """Ask everything, or what is about these kinds, as one position."""
    walk = Walk(there, position)
    for name, (kind, _audience) in PLACED.items():
        if kinds is None or kind in kinds:
            walk.route(name, deed, whole)
    return walk.found

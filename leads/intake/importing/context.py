"""What every chunk of an import knows, and what becomes of a row."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Lower

from leads.intake import facts
from leads.models import Campaign, Import, Lead, Source

from .mapping import Mapping
from .rows import Moment, Reader, Row
from .values import Reading

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, REJECTED)

_NAMING = {"lead", "lead_email", "lead_name", "lead_first_name", "lead_last_name"}
_BY_KEY = """
SELECT k.key, k.lead_id FROM leads_leadkey k
WHERE k.source_id = (SELECT id FROM leads_source WHERE name = %s) AND k.key = ANY(%s)
"""


class Raced(Exception):
    """Somebody made the same thing at the same time: the chunk is done again."""


@dataclass
class Context:
    one: Import
    mapping: Mapping
    reading: Reading
    reader: Reader
    at: datetime  # newest instant that may be said to have happened
    line_id: int | None = None  # definition line of imported handoffs
    repairs: dict[tuple[str, str, str], int] = field(default_factory=dict)  # (attribute, as written, as taken) -> rows
    lists: dict[str, Any] = field(default_factory=dict)
    _fields: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    added: dict[str, list[int]] = field(default_factory=dict)  # facts that do not name their import, by subject

    @property
    def history(self) -> bool:
        return self.one.history

    @property
    def origin(self) -> facts.Origin:
        return facts.Origin(self.one.by, self.one, self.mapping.source, self.history)

    def source(self) -> Source:
        return Source.objects.get_or_create(name=self.mapping.source)[0]

    def lookup(self, name: str) -> Any:
        """A list that deals look things up in (importing.lists.Lookup), read once."""
        from .lists import Lookup

        if name not in self.lists:
            self.lists[name] = Lookup(name)
        return self.lists[name]

    def fields(self, prefix: str) -> list[tuple[str, str]]:
        """(target, field) of what the file says of a subject: "lead." or "company."; custom ones are the lead's."""
        if prefix not in self._fields:
            names = sorted(self.mapping.targets())
            found = [(name, name[len(prefix) :]) for name in names if name.startswith(prefix)]
            self._fields[prefix] = found + [(n, n) for n in names if prefix == "lead." and n.startswith("x_")]
        return self._fields[prefix]

    def add(self, subject: str, ids: Iterable[int]) -> None:
        """Keep in mind what this chunk added, for undoing the import."""
        self.added.setdefault(subject, []).extend(ids)

    def column(self, *wanted: str) -> int:
        """Column of the first of these targets that the file has."""
        return next((self.reader.column_of[one] for one in wanted if one in self.reader.column_of), -1)


@dataclass(eq=False)
class Action:
    """What is to be done with one row. `subject_id` None: it is to be made."""

    row: Row
    outcome: str
    subject_id: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def refuse(action: Action, code: str, column: int = -1, **params) -> None:
    action.outcome = REJECTED
    if code == "unknown_lead" and any(said == "several_leads" for _column, said, _params in action.row.errors):
        return  # said better already
    if code == "unknown_lead" and column < 0 and not _NAMING & action.row.values.keys():
        code = "names_nobody"
    action.row.refuse(code, column, **params)


def settle(action: Action, exists: bool, changed: bool) -> None:
    """The outcome of a row that may pass."""
    if action.outcome != REJECTED:
        action.outcome = CREATED if not exists else UPDATED if changed else UNCHANGED


def check_moments(action: Action, ctx: Context, *wanted: str) -> None:
    """Refuse instants that have not come yet."""
    for target in wanted:
        moment = action.row.moment(target)
        if isinstance(moment, Moment) and moment.at > ctx.at:
            refuse(action, "future", ctx.column(target))


def custom(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.startswith("x_")}


def leads_by_key(ctx: Context, keys: Iterable[str]) -> dict[str, int]:
    """Lead by key in this file's source; ids of Salesforce are the same in their short and their long form."""
    wanted = {key: key for key in keys}
    if ctx.mapping.source == "salesforce":
        wanted |= {other: key for key in list(wanted) if (other := other_form(key)) and other not in wanted}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [ctx.mapping.source, sorted(wanted)])
        found = dict(cursor.fetchall())
    return {wanted[key]: lead for key, lead in sorted(found.items(), key=lambda one: wanted[one[0]] == one[0])}


def other_form(key: str) -> str:
    """The 18 characters of a Salesforce id of 15, or the 15 of one of 18; "" when it is neither."""
    if not re.fullmatch(r"[0-9A-Za-z]{15}|[0-9A-Za-z]{18}", key):
        return ""
    bits = ["".join("1" if one.isupper() else "0" for one in reversed(key[n : n + 5])) for n in (0, 5, 10)]
    ending = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[int(one, 2)] for one in bits)
    if len(key) == 15:
        return key + ending
    return key[:15] if key[15:].upper() == ending else ""


def leads_of(rows: Sequence[Row], ctx: Context) -> dict[int, int]:
    """Lead by line, for rows that name a lead by key (`lead`), by e-mail, or by name and company."""
    from leads.intake.tracking.identities import by_email

    from . import by_name

    keys = leads_by_key(ctx, [row.values["lead"] for row in rows if row.values.get("lead")])
    emails = [row.values["lead_email"].lower() for row in rows if row.values.get("lead_email")]
    mails = by_email(emails) if emails else {}
    out = {}
    for row in rows:
        found = keys.get(row.values.get("lead", "")) or mails.get(row.values.get("lead_email", "").lower())
        if found:
            out[row.line] = found
    return out | by_name.find([row for row in rows if row.line not in out], ctx)


def not_declared(ids: Iterable[int]) -> set[int]:
    """Those leads that did not come as declared history."""
    return set(Lead.objects.filter(pk__in=set(ids), declared=False).values_list("pk", flat=True))


def campaigns_by_word(words: Iterable[str]) -> dict[str, int]:
    """Campaign by lower-case key or name, the oldest first."""
    wanted = sorted({word.lower() for word in words if word})
    if not wanted:
        return {}
    rows = Campaign.objects.annotate(k=Lower("key"), n=Lower("name")).filter(Q(k__in=wanted) | Q(n__in=wanted))
    found: dict[str, int] = {}
    for pk, key, name in rows.order_by("-id").values_list("id", "k", "n"):
        found |= {word: pk for word in (name, key) if word in wanted}
    return found


def make_campaigns(actions: Sequence[Action], at: dict[int, datetime], ctx: Context, fence) -> dict[str, int]:
    """Campaigns named by `extra["campaign_word"]`, made where the mapping allows it. Id by lower-case word."""
    words = {a.extra["campaign_word"].lower(): a for a in reversed(actions) if a.extra.get("campaign_word")}
    found = campaigns_by_word(words)
    missing = [word for word in sorted(words) if word not in found]
    births = []
    for word in missing:
        name = words[word].extra["campaign_word"]
        births.append(facts.Birth(at[words[word].row.line], {"key": name, "name": name}))
    found |= dict(zip(missing, facts.create_campaigns(births, origin=ctx.origin, fence=fence), strict=True))
    return found


def campaign_of(action: Action, found: dict[str, int], ctx: Context) -> int | None:
    """The campaign a row names. A word that is not known is refused, or left to be made."""
    word = action.row.values.get("campaign")
    if not word:
        return None
    one = found.get(word.lower())
    if one is None and not ctx.mapping.make_missing:
        refuse(action, "unknown_campaign", ctx.column("campaign"))
    elif one is None:
        action.extra["campaign_word"] = word
    return one


def months(row: Row, ctx: Context) -> set[date]:
    """First days of the local months that a row speaks of."""
    zone = ctx.reading.day_zone
    days = {value.at.astimezone(zone).date() for value in row.values.values() if isinstance(value, Moment)}
    days |= {date.fromisoformat(row.values[name]) for name in ("day", "campaign.starts_on") if name in row.values}
    return {day.replace(day=1) for day in days}

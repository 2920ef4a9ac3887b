#!/usr/bin/env python3
"""Count a month of a contract again, from its two files, without smarketing: `python3 audit.py terms.json facts.csv 2026-11`.

Standard library only. Reads what both sides signed (digests first) and what was recorded; docs/audit.md says it in words.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
CLOCKED, VOLUMES = ("first_attempt", "min_attempts", "decision", "outcome"), ("mql_volume", "won", "revenue")
RATES = {"acceptance": 0, "sql_rate": 90, "reasons": 0, "mandatory_fields": 0}  # days a row is waited for
STATES, EXCUSED = ("met", "missed", "pending", "excluded", "waived"), ("opposition", "cool_down", "open_handoff")
HOURS, ENDS = ("first_attempt", "hand_over"), ("refuse", "return", "withdraw", "expire")
Begun = namedtuple("Begun", "at day_only grade pauses", defaults=(False, "", ()))
at, NEVER = datetime.fromisoformat, datetime.max.replace(tzinfo=UTC)


class Calendar:
    """Working time of a calendar's spec: weekdays "1" to "7" with their windows, holidays, special days, a zone."""

    def __init__(self, spec):
        self.zone, self.weekly = ZoneInfo(spec["zone"]), spec.get("windows", {})
        self.special = dict.fromkeys(spec.get("holidays", ()), ()) | spec.get("special", {})

    def windows(self, day):
        said = self.special.get(day.isoformat(), self.weekly.get(str(day.isoweekday()), ()))
        return [tuple(self.instant(day, text) for text in window) for window in said]

    def instant(self, day, text):
        day, text = (day + DAY, "00:00") if text == "24:00" else (day, text)
        return datetime.combine(day, time.fromisoformat(text), self.zone).astimezone(UTC)

    def day(self, instant):
        return instant.astimezone(self.zone).date()

    def business_days(self, first, until):
        return sum(bool(self.windows(first + n * DAY)) for n in range((until - first).days))

    def after_hours(self, start, hours, pauses=()):
        """When so much working time has passed outside the pauses."""
        left, day = timedelta(hours=1) * Fraction(hours).numerator / Fraction(hours).denominator, self.day(start)
        while True:
            pieces = self.windows(day)
            for since, until in pauses:
                pieces = [p for a, b in pieces for p in ((a, min(b, since)), (max(a, until), b)) if p[0] < p[1]]
            for opens, closes in pieces:
                begins = max(opens, start)
                if closes - begins >= left and closes > begins:
                    return begins + left
                left -= max(closes - begins, timedelta())
            day += DAY

    def after_days(self, start, count, pauses=()):
        """The close of the last of so many business days, those left out whose close lies in a pause."""
        day = self.day(start)
        while count:
            day += DAY
            closes = self.windows(day)[-1][1] if self.windows(day) else None
            count -= closes is not None and not any(since < closes <= until for since, until in pauses)
        return closes


class Books:
    """Both files, read; nothing that was taken back."""

    def __init__(self, terms, facts):
        self.paper = terms
        self.cutoff, self.home, self.files = at(terms["cutoff"]), ZoneInfo(terms["home"]), ZoneInfo(terms["files"])
        self.calendars = {key: Calendar(spec) for key, spec in terms["calendars"].items()}
        self.terms = [self.signed(one) for one in terms["terms"]]
        self.zone = self.terms[-1]["calendar"].zone
        for row in facts:
            row |= {name: at(row[name]) for name in ("occurred_at", "recorded_at", "known_at")}
        facts = sorted(facts, key=lambda row: (row["occurred_at"], int(row["id"])))
        self.back = {(r["kind"], r["other"]): r["recorded_at"] for r in facts if r["fact"] == "correction"}
        self.rows, self.of, self.said = defaultdict(list), defaultdict(list), defaultdict(list)
        for row in (row for row in facts if row["recorded_at"] <= self.cutoff):
            self.said[row["fact"], row["lead"], row["kind"]].append(row)
            if (row["fact"], row["id"]) not in self.back:
                self.rows[row["fact"]].append(row)
                self.of[row["fact"], row["handoff"] or row["qualification"]].append(row)
        self.merges = [r | {"since": max(r["occurred_at"], r["known_at"])} for r in facts if r["fact"] == "merge"]
        self.merged = {row["lead"]: (row["other"], row["occurred_at"]) for row in self.rows["merge"]}
        self.gone, self.persona = ({r["lead"]: r["value"] for r in self.rows[name]} for name in ("erased", "persona"))
        self.handoffs, first = [Story(self, row) for row in self.rows["handoff"]], {}
        for one in self.handoffs:
            one.first = first.setdefault(self.root(one.lead), one) is one

    def signed(self, one):
        if hashlib.sha256(one["text"].encode()).hexdigest() != one["sha256"]:
            sys.exit(f"version {one['number']}: the text does not fit its digest")
        body = json.loads(one["text"])
        first, until = (date.fromisoformat(day) for day in (one["first"], one["until"] or "9999-12-31"))
        return {"first": first, "until": until, "calendar": self.calendars[str(body["calendar"])], "number": one["number"],
                "clauses": {c["key"]: c for c in body["clauses"]}, "published": at(one["published"]),
                "by_handoff": (body.get("clock_rules") or {}).get("month") == "handoff"}  # fmt: skip

    def root(self, lead):
        return self.root(self.merged[lead][0]) if lead in self.merged else lead

    def value(self, lead, field, happened, known, since="recorded_at"):
        """The newest value of a lead, or of the nearest one that counted with it, that had happened and was known."""
        near, stands = [lead], lambda row: self.back.get((row["fact"], row["id"]), known + DAY) > known
        while near:
            rows = [row for one in near for row in self.said["attributechange", one, field] if row[since] <= known]
            if rows := [row for row in rows if row["occurred_at"] <= happened and stands(row)]:
                return max(rows, key=lambda row: (row["occurred_at"], row["recorded_at"], int(row["id"])))["value"]
            near = [r["lead"] for r in self.merges if r["other"] in near and r["since"] <= known and stands(r)]
        return ""


class Story:
    """What became of one handoff, by the facts that stand."""

    def __init__(self, books, row):
        self.id, self.lead, self.at = row["id"], row["lead"], row["occurred_at"]
        self.day_only, self.grade, self.known = row["day_only"] == "1", row["reason"], row["known_at"]
        self.persona = books.persona.get(books.root(self.lead), "")
        self.source = books.value(books.root(self.lead), "source", books.cutoff, books.cutoff)
        self.day = self.at.astimezone(books.home if self.day_only else books.zone).date()
        self.rules = books.paper["rules"].get(row["other"]) or books.paper["rules"][""]
        told, said = books.of["attempt", self.id], books.of["decision", self.id]
        self.tried = counted(tries := [t for t in told if t["reason"] != "replied"], self.rules, books.home)
        when = lambda kind: min((v["occurred_at"] for v in said if v["kind"] == kind), default=None)  # noqa: E731
        self.refused, self.returned = when("refuse"), when("return")
        sold = (d["occurred_at"] for d in books.of["deal", self.id])
        self.sql = min(filter(None, [when("qualify"), *sold]), default=None)
        self.reached = min((t["occurred_at"] for t in told if t["reason"] in ("reached", "replied")), default=None)
        shown = [when("accept"), self.returned, *(t["occurred_at"] for t in tries if t["kind"] != "auto_mail")]
        best = min(filter(None, shown), default=self.sql)
        self.turned = [(v["occurred_at"], v["reason"]) for v in said if v["kind"] in ("refuse", "return")]
        self.reason = self.turned[0][1] if self.turned else ""
        refused = self.refused and (best is None or self.refused < best)
        self.decided_at = self.refused if refused else best
        merged, lapsed = self.lead in books.merged, when("expire") or when("withdraw")
        self.decided = "refused" if refused else "accepted" if best else "ended" if lapsed or merged else "undecided"
        self.gone = min(filter(None, [self.refused, self.returned]), default=None)
        self.ended, last = self.gone or lapsed or merged, next((v for v in said if v["kind"] in ENDS), None)
        sold = self.sql and (last is None or last["kind"] == "expire" or self.sql <= last["occurred_at"])
        self.dropped = None if sold else last["occurred_at"] if last else books.merged[self.lead][1] if merged else None
        self.lapsed = self.dropped if self.dropped not in (self.gone, when("expire")) else None
        self.waived = {w["kind"]: w["occurred_at"] for w in reversed(books.of["waiver", self.id])}
        held = books.of["pause", self.id]
        ends = {p["other"]: p["occurred_at"] for p in held}
        spans = [(p["occurred_at"], min(at(p["value"]), ends.get(p["id"], NEVER))) for p in held if not p["other"]]
        self.pauses = [span for span in spans if span[0] < span[1]]


def spaced(one, calendar, clause):
    """The attempts that count where they must lie so many business days apart."""
    kept, last, apart = [], None, (clause.get("params") or {}).get("apart")
    for when, day in ((when, calendar.day(when) + DAY) for when in one.tried):
        if not kept or not apart or calendar.business_days(last, day) >= apart:
            kept, last = [*kept, when], day
    return kept


def counted(tries, rules, zone):
    """On a listed channel; two within k minutes are one; at most m a local day."""
    kept, days = [], defaultdict(int)
    for when in sorted(t["occurred_at"] for t in tries if t["kind"] in rules["channels"]):
        day = when.astimezone(zone).date()
        near = kept and when - kept[-1] <= timedelta(minutes=rules["same_within_minutes"])
        if not near and days[day] < rules["per_day"]:
            kept.append(when)
            days[day] += 1
    return kept


def promises(books, kinds, one, month):
    """(clause, terms, target, calendar, due) of what is promised on something that began and counts in the month."""
    local = lambda calendar: one.at.astimezone(books.files if one.day_only else calendar.zone).date()  # noqa: E731
    terms = next((t for t in books.terms if t["first"] <= local(t["calendar"]) < t["until"]), None)
    for clause in terms["clauses"].values() if terms else ():
        given, base, hours = clause.get("params") or {}, terms["calendar"], clause["kind"] in HOURS
        tier = next((t for t in given.get("tiers") or () if one.grade in t["grades"]), clause)
        if clause["kind"] in kinds and tier.get("target"):
            own = books.calendars[str(given["calendar"])] if given.get("calendar") else base
            begins = own.instant(local(own), "00:00") if one.day_only else one.at
            length = tier["target"] if hours else int(given.get("days") or clause["target"])
            due = (own.after_hours if hours else own.after_days)(begins, length, one.pauses)
            if base.day(begins if terms["by_handoff"] else due).replace(day=1) == month:
                yield clause, terms, int(Fraction(tier["target"])), own, due


def clocks(books, month):
    """(clause key, terms, state) of every promise that counts in the month."""
    for one in books.handoffs:
        for clause, terms, n, own, due in promises(books, CLOCKED, one, month):
            yield clause["key"], terms, judged(one, clause, n, spaced(one, own, clause), due, books.cutoff)
    for row in books.rows["qualification"]:
        made = [*books.of["handoff", row["id"]], {"id": "-", "occurred_at": NEVER}][0]
        waived = {answer["kind"] for answer in books.of["waiver", made["id"]]}
        held = min((h["occurred_at"] for h in books.of["hold", row["id"]] if h["kind"] in EXCUSED), default=NEVER)
        for clause, terms, _n, _own, due in promises(books, ("hand_over",), Begun(row["occurred_at"]), month):
            late = "waived" if clause["key"] in waived else "missed" if due < books.cutoff else "pending"
            late = "excluded" if held <= due else late
            yield clause["key"], terms, "met" if made["occurred_at"] <= due else late


def judged(one, clause, target, tried, due, now):
    kept, gone = {
        "first_attempt": ([*one.tried[:1], one.reached], one.dropped), "decision": ([one.decided_at], one.dropped),
        "min_attempts": ([*tried[target - 1 : target], one.reached, one.sql], one.dropped), "outcome": ([one.sql, one.gone], one.lapsed),
    }[clause["kind"]]  # fmt: skip
    last, kept = min(due, now), min(filter(None, kept), default=None)
    kept, dropped = (moment if moment and moment <= last else None for moment in (kept, gone))
    if kept and not (dropped and dropped < kept):
        return "met"
    waived = one.waived.get(clause["key"])
    return "excluded" if dropped else "waived" if waived and waived <= now else "missed" if now > due else "pending"


def rated(books, kind, terms):
    """(day, state) of each row of a rate."""
    reasons, fields = books.paper["reasons"], [c for c in terms["clauses"].values() if c["kind"] == "mandatory_fields"]
    for one in books.handoffs:
        excluded = reasons["excluded"] if (said := one.rules.get("excluded_reasons")) is None else said
        if kind == "reasons":
            yield from ((day.astimezone(books.zone).date(), "met" if said else "missed") for day, said in one.turned)
        elif kind == "mandatory_fields":
            if one.lead not in books.gone and terms["published"] <= books.cutoff:
                by = one.at + DAY * one.day_only
                filled = (books.value(one.lead, f, by, one.known, "known_at") for f in fields[0]["params"]["fields"])
                yield one.day, "met" if all(filled) else "missed"
        elif kind == "acceptance":
            left, fault = one.reason in excluded, one.returned and one.reason in reasons["faults"]
            refused, accepted = "excluded" if left else "missed", "missed" if fault and not left else "met"
            yield one.day, {"accepted": accepted, "refused": refused, "undecided": "pending"}.get(one.decided)
        else:
            late = one.ended or (books.cutoff.astimezone(books.zone).date() - one.day).days >= RATES[kind]
            yield one.day, "met" if one.sql else "missed" if late else "pending"


def volume(books, clause):
    """(day, how much) of what a volume counts; of whom it speaks by grade, source or persona."""
    kind, whom = clause["kind"], (clause.get("params") or {}).get("where") or {}
    if kind == "mql_volume":
        meant = lambda one: all(getattr(one, name) in names for name, names in whom.items())  # noqa: E731
        yield from ((one.day, 1) for one in books.handoffs if one.first and meant(one))
    for row in books.rows["deal"]:
        if row["kind"] == "won" and kind != "mql_volume":
            closed = at(row["other"]) if row["other"] else row["occurred_at"]
            dated = row["reason"] == "1" or (not row["other"] and row["day_only"] == "1")
            day = closed.astimezone(books.home if dated else books.zone).date()
            yield day, Fraction(row["value"] or 0) if kind == "revenue" else 1


def audit(books, month):
    """Clause key -> its figure in the month."""
    until, out = (month + 31 * DAY).replace(day=1), {}
    cut = ((t, max(t["first"], month), min(t["until"], until)) for t in books.terms)
    inside, tomorrow = [(t, a, b) for t, a, b in cut if a < b], books.cutoff.astimezone(books.zone).date() + DAY
    counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # clause -> terms -> state -> how many
    for key, terms, state in clocks(books, month):
        counts[key][terms["number"]][state] += 1
    for terms, a, b in inside:
        for key, kind in [(key, c["kind"]) for key, c in terms["clauses"].items() if c["kind"] in RATES]:
            for day, state in rated(books, kind, terms):
                counts[key][terms["number"]][state] += a <= day < b
    under = [t for t in books.terms if any(t["number"] in found for found in counts.values())]
    clauses = {key: clause for t in [*under, *(t for t, _a, _b in inside)] for key, clause in t["clauses"].items()}
    for key, clause in clauses.items():
        if clause["kind"] not in VOLUMES:
            out[key] = share(books, key, clause, counts[key])
        elif held := [(t, a, b, t["clauses"][key]) for t, a, b in inside if key in t["clauses"]]:
            whole = held[-1][0]["calendar"].business_days(month, until)
            slopes = [(Fraction(c["target"]) / whole, t["calendar"].business_days, a, b) for t, a, b, c in held]
            target, line = (sum(n * worked(a, min(b, end)) for n, worked, a, b in slopes) for end in (until, tomorrow))
            came = sum(n for t, a, b, c in held for day, n in volume(books, c) if a <= day < b)
            forecast = came * target / line if line and tomorrow <= until else None
            out[key] = {"count": came, "target": target, "line": line, "forecast": forecast}
    return out


def share(books, key, clause, counts):
    total = {state: sum(found[state] for found in counts.values()) for state in STATES}
    held = [(t["number"], t["clauses"][key]) for t in books.terms if key in t["clauses"]]
    promise = {n: Fraction(c.get("share") or c["target"]) / 100 for n, c in held if c["kind"] not in VOLUMES}
    weighed = [(promise[number], found["met"] + found["missed"]) for number, found in counts.items()]
    settled, usual = sum(n for _share, n in weighed), Fraction(clause.get("share") or clause["target"]) / 100
    return total | {"promised": sum(one * n for one, n in weighed) / settled if settled else usual}


def main(terms, facts, month):
    with open(terms, encoding="utf-8") as file, open(facts, encoding="utf-8-sig", newline="") as rows:
        books = Books(json.load(file), list(csv.DictReader(rows)))
    for key, one in sorted(audit(books, date.fromisoformat(f"{month}-01")).items()):
        print(key, ", ".join(f"{name} {value}" for name, value in one.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])

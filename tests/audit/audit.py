#!/usr/bin/env python3
"""Count a month of a contract again, from its two files, without smarketing: `python3 audit.py terms.json facts.csv 2026-11`.

Standard library only. `terms.json` holds the terms both sides signed (their digest is checked first), the calendars, the rules
of attempts; `facts.csv` every handoff, attempt, decision, deal, merge and correction, with the instant at which it happened
and at which it was recorded. Prints each clause: what is promised, what came, whether it is kept. docs/audit.md says it in words.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

DAY, UTC = timedelta(days=1), UTC
CLOCKED, VOLUMES = ("first_attempt", "min_attempts", "decision"), ("mql_volume", "won", "revenue")
LATE = 90  # days after which an open handoff is no SQL any more


def at(text):
    return datetime.fromisoformat(text)


class Calendar:
    """Working time of a calendar's spec: weekdays "1" to "7" with their windows, holidays, a zone."""

    def __init__(self, spec):
        self.zone, self.spec = ZoneInfo(spec["zone"]), spec
        self.holidays = set(spec.get("holidays", ()))

    def windows(self, day):
        if day.isoformat() in self.holidays:
            return []
        return [
            (self.instant(day, opens), self.instant(day, closes))
            for opens, closes in self.spec.get("windows", {}).get(str(day.isoweekday()), ())
        ]

    def instant(self, day, text):
        if text == "24:00":
            return datetime.combine(day + DAY, time(), self.zone).astimezone(UTC)
        return datetime.combine(day, time.fromisoformat(text), self.zone).astimezone(UTC)

    def day(self, instant):
        return instant.astimezone(self.zone).date()

    def business_days(self, first, until):
        return sum(bool(self.windows(first + n * DAY)) for n in range((until - first).days))

    def after_hours(self, start, hours):
        left, day = timedelta(hours=1) * Fraction(hours).numerator / Fraction(hours).denominator, self.day(start)
        while True:
            for opens, closes in self.windows(day):
                begins = max(opens, start)
                if closes - begins >= left and closes > begins:
                    return begins + left
                left -= max(closes - begins, timedelta())
            day += DAY

    def after_days(self, start, count):
        day = self.day(start)
        while count:
            day += DAY
            count -= bool(self.windows(day))
        return self.windows(day)[-1][1]


class Books:
    """Both files, read; nothing that was taken back."""

    def __init__(self, terms, facts):
        self.paper = terms
        self.cutoff, self.home, self.files = at(terms["cutoff"]), ZoneInfo(terms["home"]), ZoneInfo(terms["files"])
        self.calendars = {key: Calendar(spec) for key, spec in terms["calendars"].items()}
        self.terms = [self.signed(one) for one in terms["terms"]]
        back = {(row["kind"], row["other"]) for row in facts if row["fact"] == "correction"}
        kept = [row for row in facts if (row["fact"], row["id"]) not in back and at(row["recorded_at"]) <= self.cutoff]
        self.rows = defaultdict(list)
        for row in kept:
            self.rows[row["fact"]].append(row)
        self.merged = {row["lead"]: (row["other"], at(row["occurred_at"])) for row in self.rows["merge"]}
        self.of = {name: defaultdict(list) for name in ("attempt", "decision", "deal")}
        for name, found in self.of.items():
            for row in sorted(self.rows[name], key=lambda row: (row["occurred_at"], int(row["id"]))):
                found[row["handoff"]].append(row)
        self.handoffs = [Story(self, row) for row in self.rows["handoff"]]
        first = {}
        for one in sorted(self.handoffs, key=lambda one: (one.at, int(one.id))):
            one.first = first.setdefault(self.root(one.lead), one) is one

    def signed(self, one):
        if hashlib.sha256(one["text"].encode()).hexdigest() != one["sha256"]:
            sys.exit(f"version {one['number']}: the text does not fit its digest")
        body = json.loads(one["text"])
        until = date.fromisoformat(one["until"]) if one["until"] else date.max
        calendar = self.calendars[str(body["calendar"])]
        return {
            "first": date.fromisoformat(one["first"]),
            "until": until,
            "calendar": calendar,
            "clauses": {clause["key"]: clause for clause in body["clauses"]},
            "number": one["number"],
        }

    def root(self, lead):
        while lead in self.merged:
            lead = self.merged[lead][0]
        return lead

    def in_force(self, day):
        return next((one for one in self.terms if one["first"] <= day < one["until"]), None)

    @property
    def zone(self):
        return self.terms[-1]["calendar"].zone


class Story:
    """What became of one handoff, by the facts that stand."""

    def __init__(self, books, row):
        self.id, self.lead, self.at = row["id"], row["lead"], at(row["occurred_at"])
        self.day_only = row["day_only"] == "1"
        self.day = self.at.astimezone(books.home if self.day_only else books.zone).date()
        rules = books.paper["rules"].get(row["other"]) or books.paper["rules"][""]
        told = books.of["attempt"][self.id]
        tries = [t for t in told if t["reason"] != "replied"]
        said = books.of["decision"][self.id]
        self.tried = self.counted(tries, rules, books.home)
        when = lambda kind: min((at(v["occurred_at"]) for v in said if v["kind"] == kind), default=None)  # noqa: E731
        self.refused, self.returned = when("refuse"), when("return")
        sold = [at(d["occurred_at"]) for d in books.of["deal"][self.id]]
        self.sql = min(filter(None, [when("qualify"), *sold]), default=None)
        self.reached = min((at(t["occurred_at"]) for t in told if t["reason"] in ("reached", "replied")), default=None)
        shown = [when("accept"), self.returned, *(at(t["occurred_at"]) for t in tries if t["kind"] != "auto_mail")]
        best = min(filter(None, shown), default=self.sql)
        turned = [v["reason"] for v in said if v["kind"] in ("refuse", "return")]
        self.reason = turned[0] if turned else ""
        self.decided, self.decided_at = "undecided", None
        if self.refused and (best is None or self.refused < best):
            self.decided, self.decided_at = "refused", self.refused
        elif best:
            self.decided, self.decided_at = "accepted", best
        ended = min(filter(None, [self.refused, self.returned, when("expire"), when("withdraw")]), default=None)
        self.merged = self.lead in books.merged
        if self.decided == "undecided" and (when("expire") or when("withdraw") or self.merged):
            self.decided = "ended"
        self.ended = bool(ended) or self.merged
        self.dropped = self.end(said, books)
        self.turned = [(at(v["occurred_at"]), v["reason"]) for v in said if v["kind"] in ("refuse", "return")]

    @staticmethod
    def counted(tries, rules, zone):
        """On a listed channel; two within k minutes are one; at most m a local day."""
        kept, days = [], defaultdict(int)
        for when in sorted(at(t["occurred_at"]) for t in tries if t["kind"] in rules["channels"]):
            day = when.astimezone(zone).date()
            apart = not kept or when - kept[-1] > timedelta(minutes=rules["same_within_minutes"])
            if apart and days[day] < rules["per_day"]:
                kept.append(when)
                days[day] += 1
        return kept

    def end(self, said, books):
        """When it ended otherwise than by a need confirmed; None: it goes on, or became SQL."""
        last = next((v for v in said if v["kind"] in ("refuse", "return", "withdraw", "expire")), None)
        if self.sql and (last is None or last["kind"] == "expire" or self.sql <= at(last["occurred_at"])):
            return None
        return at(last["occurred_at"]) if last else books.merged[self.lead][1] if self.merged else None


def clocks(books, month):
    """(clause key, terms, state) of every promise about a handoff that falls due in the month."""
    for one in books.handoffs:
        terms = next((t for t in books.terms if t["first"] <= local(books, one, t["calendar"]) < t["until"]), None)
        for key, clause in (terms["clauses"] if terms else {}).items():
            if clause["kind"] not in CLOCKED:
                continue
            calendar = terms["calendar"]
            starts = one.at if not one.day_only else calendar.instant(one.at.astimezone(books.files).date(), "00:00")
            days = (clause.get("params") or {}).get("days") or clause["target"]
            hours = clause["kind"] == "first_attempt"
            due = calendar.after_hours(starts, clause["target"]) if hours else calendar.after_days(starts, int(days))
            if calendar.day(due).replace(day=1) == month:
                yield key, terms, judged(one, clause, due, books.cutoff)


def local(books, one, calendar):
    return one.at.astimezone(books.files if one.day_only else calendar.zone).date()


def judged(one, clause, due, now):
    target = int(Fraction(clause["target"]))
    kept = {
        "first_attempt": lambda: min(filter(None, [*one.tried[:1], one.reached]), default=None),
        "decision": lambda: one.decided_at,
        "min_attempts": lambda: min(
            filter(None, [one.tried[target - 1] if len(one.tried) >= target else None, one.reached, one.sql]),
            default=None,
        ),
    }[clause["kind"]]()
    last = min(due, now)
    kept, dropped = (moment if moment and moment <= last else None for moment in (kept, one.dropped))
    if kept and not (dropped and dropped < kept):
        return "met"
    return "excluded" if dropped else "missed" if now > due else "pending"


def rated(books, kind, first, until):
    """(day, state) of each row of a rate."""
    excluded, quality = books.paper["reasons"]["excluded"], books.paper["reasons"]["quality"]
    for one in books.handoffs:
        if kind == "reasons":
            for when, reason in one.turned:
                yield when.astimezone(books.zone).date(), "met" if reason else "missed"
        elif kind == "acceptance":
            if one.decided == "accepted":
                yield one.day, "missed" if one.returned and one.reason in quality else "met"
            elif one.decided == "refused":
                yield one.day, "excluded" if one.reason in excluded else "missed"
            elif one.decided == "undecided":
                yield one.day, "pending"
        elif one.sql:
            yield one.day, "met"
        else:
            late = (books.cutoff.astimezone(books.zone).date() - one.day).days >= LATE
            yield one.day, "missed" if one.ended or late else "pending"


def volume(books, kind):
    """(day, how much) of what a volume counts."""
    if kind == "mql_volume":
        return [(one.day, 1) for one in books.handoffs if one.first]
    out = []
    for row in books.rows["deal"]:
        if row["kind"] == "won":
            closed = at(row["other"]) if row["other"] else at(row["occurred_at"])
            dated = row["reason"] == "1" or (not row["other"] and row["day_only"] == "1")
            day = closed.astimezone(books.home if dated else books.zone).date()
            out.append((day, Fraction(row["value"] or 0) if kind == "revenue" else 1))
    return out


def audit(books, month):
    """Clause key -> its figure in the month."""
    until, out = (month + 31 * DAY).replace(day=1), {}
    inside = [(t, max(t["first"], month), min(t["until"], until)) for t in books.terms]
    inside = [(t, a, b) for t, a, b in inside if a < b]
    counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # clause -> terms -> state -> how many
    for key, terms, state in clocks(books, month):
        counts[key][terms["number"]][state] += 1
    for terms, a, b in inside:
        for key, clause in terms["clauses"].items():
            if clause["kind"] not in (*CLOCKED, *VOLUMES):
                for day, state in rated(books, clause["kind"], a, b):
                    counts[key][terms["number"]][state] += a <= day < b
    under = [t for t in books.terms if any(t["number"] in found for found in counts.values())]
    clauses = {key: clause for t in [*under, *(t for t, _a, _b in inside)] for key, clause in t["clauses"].items()}
    for key, clause in clauses.items():
        if clause["kind"] not in VOLUMES:
            out[key] = share(books, key, clause, counts[key])
        elif held := [(t, a, b, t["clauses"][key]) for t, a, b in inside if key in t["clauses"]]:
            whole = held[-1][0]["calendar"].business_days(month, until)
            target = sum(Fraction(c["target"]) * t["calendar"].business_days(a, b) / whole for t, a, b, c in held)
            came = sum(n for t, a, b, c in held for day, n in volume(books, c["kind"]) if a <= day < b)
            out[key] = {"count": came, "target": target}
    return out


def share(books, key, clause, counts):
    total = {
        state: sum(found[state] for found in counts.values()) for state in ("met", "missed", "pending", "excluded")
    }
    promise = {
        t["number"]: Fraction(c.get("share") or c["target"]) / 100
        for t in books.terms
        if (c := t["clauses"].get(key)) and c["kind"] not in VOLUMES
    }
    weighed = [(promise[number], found["met"] + found["missed"]) for number, found in counts.items()]
    settled = sum(n for _share, n in weighed)
    promised = (
        sum(one * n for one, n in weighed) / settled
        if settled
        else Fraction(clause.get("share") or clause["target"]) / 100
    )
    return total | {"promised": promised}


def main(terms, facts, month):
    with open(terms, encoding="utf-8") as file, open(facts, encoding="utf-8-sig", newline="") as rows:
        books = Books(json.load(file), list(csv.DictReader(rows)))
    for key, one in sorted(audit(books, date.fromisoformat(f"{month}-01")).items()):
        print(key, ", ".join(f"{name} {value}" for name, value in one.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])

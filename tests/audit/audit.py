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

DAY = timedelta(days=1)
CLOCKED, VOLUMES = ("first_attempt", "min_attempts", "decision", "outcome"), ("mql_volume", "won", "revenue")
RATES, STATES = ("acceptance", "sql_rate", "reasons"), ("met", "missed", "pending", "excluded", "waived")
LATE = 90  # days after which an open handoff is no SQL any more
at = datetime.fromisoformat


class Calendar:
    """Working time of a calendar's spec: weekdays "1" to "7" with their windows, holidays, a zone."""

    def __init__(self, spec):
        self.zone, self.spec = ZoneInfo(spec["zone"]), spec
        self.holidays = set(spec.get("holidays", ()))

    def windows(self, day):
        if day.isoformat() in self.holidays:
            return []
        said = self.spec.get("windows", {}).get(str(day.isoweekday()), ())
        return [(self.instant(day, opens), self.instant(day, closes)) for opens, closes in said]

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
        back = {(row["kind"], row["other"]) for row in facts if row["fact"] == "correction"}
        self.rows = defaultdict(list)
        for row in facts:
            if (row["fact"], row["id"]) not in back and at(row["recorded_at"]) <= self.cutoff:
                self.rows[row["fact"]].append(row)
        self.merged = {row["lead"]: (row["other"], at(row["occurred_at"])) for row in self.rows["merge"]}
        self.of = {name: defaultdict(list) for name in ("attempt", "decision", "deal", "pause", "waiver")}
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
        until, calendar = date.fromisoformat(one["until"] or "9999-12-31"), self.calendars[str(body["calendar"])]
        clauses = {clause["key"]: clause for clause in body["clauses"]}
        by_handoff = (body.get("clock_rules") or {}).get("month") == "handoff"
        return {"first": date.fromisoformat(one["first"]), "until": until, "calendar": calendar, "clauses": clauses,
                "number": one["number"], "by_handoff": by_handoff}  # fmt: skip

    def root(self, lead):
        while lead in self.merged:
            lead = self.merged[lead][0]
        return lead


class Story:
    """What became of one handoff, by the facts that stand."""

    def __init__(self, books, row):
        self.id, self.lead, self.at = row["id"], row["lead"], at(row["occurred_at"])
        self.day_only, self.grade, self.source = row["day_only"] == "1", row["reason"], row["value"]
        self.day = self.at.astimezone(books.home if self.day_only else books.zone).date()
        self.rules = books.paper["rules"].get(row["other"]) or books.paper["rules"][""]
        told, said = books.of["attempt"][self.id], books.of["decision"][self.id]
        self.tried = self.counted(tries := [t for t in told if t["reason"] != "replied"], self.rules, books.home)
        when = lambda kind: min((at(v["occurred_at"]) for v in said if v["kind"] == kind), default=None)  # noqa: E731
        self.refused, self.returned = when("refuse"), when("return")
        sold = (at(d["occurred_at"]) for d in books.of["deal"][self.id])
        self.sql = min(filter(None, [when("qualify"), *sold]), default=None)
        self.reached = min((at(t["occurred_at"]) for t in told if t["reason"] in ("reached", "replied")), default=None)
        shown = [when("accept"), self.returned, *(at(t["occurred_at"]) for t in tries if t["kind"] != "auto_mail")]
        best = min(filter(None, shown), default=self.sql)
        self.turned = [(at(v["occurred_at"]), v["reason"]) for v in said if v["kind"] in ("refuse", "return")]
        self.reason = self.turned[0][1] if self.turned else ""
        refused = self.refused and (best is None or self.refused < best)
        self.decided_at = self.refused if refused else best
        self.decided = "refused" if refused else "accepted" if best else "undecided"
        self.merged, lapsed = self.lead in books.merged, when("expire") or when("withdraw")
        if self.decided == "undecided" and (lapsed or self.merged):
            self.decided = "ended"
        self.gone = min(filter(None, [self.refused, self.returned]), default=None)
        self.ended = bool(self.gone or lapsed or self.merged)
        self.dropped = self.end(said, books)
        self.lapsed = self.dropped if self.dropped not in (self.gone, when("expire")) else None
        self.waived = {w["kind"]: at(w["occurred_at"]) for w in reversed(books.of["waiver"][self.id])}
        held = [(at(p["occurred_at"]), at(p["value"]), p["id"], p["other"]) for p in books.of["pause"][self.id]]
        over = {other: since for since, _until, _pk, other in held if other}
        spans = [(since, min(until, over.get(pk, until))) for since, until, pk, other in held if not other]
        self.pauses = [one for one in spans if one[0] < one[1]]

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
    """(clause key, terms, state) of every promise about a handoff that counts in the month."""
    for one in books.handoffs:
        local = lambda t: one.at.astimezone(books.files if one.day_only else t["calendar"].zone).date()  # noqa: B023, E731
        terms = next((t for t in books.terms if t["first"] <= local(t) < t["until"]), None)
        for key, clause in (terms["clauses"] if terms else {}).items():
            given = clause.get("params") or {}
            if clause["kind"] not in CLOCKED:
                continue
            base, own = terms["calendar"], given.get("calendar")
            calendar = books.calendars[str(own)] if own else base
            starts = one.at if not one.day_only else calendar.instant(one.at.astimezone(books.files).date(), "00:00")
            tier = next((t for t in given.get("tiers") or () if one.grade in t["grades"]), clause)
            if clause["kind"] != "first_attempt":
                due = calendar.after_days(starts, int(given.get("days") or clause["target"]), one.pauses)
            elif tier.get("target"):
                due = calendar.after_hours(starts, tier["target"], one.pauses)
            else:
                continue
            if base.day(starts if terms["by_handoff"] else due).replace(day=1) == month:
                target = int(Fraction(tier.get("target") or clause["target"]))
                tried = spaced(one, calendar, given.get("apart"))
                yield key, terms, judged(one, clause, target, tried, due, books.cutoff)


def spaced(one, calendar, apart):
    """The attempts that count where they must lie so many business days apart."""
    kept = []
    for when in one.tried:
        last = calendar.day(kept[-1]) + DAY if kept and apart else None
        if last is None or calendar.business_days(last, calendar.day(when) + DAY) >= apart:
            kept.append(when)
    return kept


def judged(one, clause, target, tried, due, now):
    enough = tried[target - 1] if len(tried) >= target else None
    kept, gone = {
        "first_attempt": ([*one.tried[:1], one.reached], one.dropped), "decision": ([one.decided_at], one.dropped),
        "min_attempts": ([enough, one.reached, one.sql], one.dropped), "outcome": ([one.sql, one.gone], one.lapsed),
    }[clause["kind"]]  # fmt: skip
    last, kept = min(due, now), min(filter(None, kept), default=None)
    kept, dropped = (moment if moment and moment <= last else None for moment in (kept, gone))
    if kept and not (dropped and dropped < kept):
        return "met"
    waived = one.waived.get(clause["key"])
    return "excluded" if dropped else "waived" if waived and waived <= now else "missed" if now > due else "pending"


def rated(books, kind, first, until):
    """(day, state) of each row of a rate."""
    reasons = books.paper["reasons"]
    for one in books.handoffs:
        excluded = reasons["excluded"] if (said := one.rules.get("excluded_reasons")) is None else said
        if kind == "reasons":
            for when, reason in one.turned:
                yield when.astimezone(books.zone).date(), "met" if reason else "missed"
        elif kind == "acceptance":
            if one.decided == "accepted":
                fault = one.returned and one.reason in reasons["faults"] and one.reason not in excluded
                yield one.day, "missed" if fault else "met"
            elif one.decided == "refused":
                yield one.day, "excluded" if one.reason in excluded else "missed"
            elif one.decided == "undecided":
                yield one.day, "pending"
        elif one.sql:
            yield one.day, "met"
        else:
            age = (books.cutoff.astimezone(books.zone).date() - one.day).days
            yield one.day, "missed" if one.ended or age >= LATE else "pending"


def volume(books, clause):
    """(day, how much) of what a volume counts; of whom it speaks by grade or source."""
    kind, whom = clause["kind"], (clause.get("params") or {}).get("where") or {}
    if kind == "mql_volume":
        meant = lambda one: all(getattr(one, name) in names for name, names in whom.items())  # noqa: E731
        yield from ((one.day, 1) for one in books.handoffs if one.first and meant(one))
    for row in books.rows["deal"]:
        if row["kind"] == "won" and kind != "mql_volume":
            closed = at(row["other"] or row["occurred_at"])
            dated = row["reason"] == "1" or (not row["other"] and row["day_only"] == "1")
            day = closed.astimezone(books.home if dated else books.zone).date()
            yield day, Fraction(row["value"] or 0) if kind == "revenue" else 1


def audit(books, month):
    """Clause key -> its figure in the month."""
    until, out = (month + 31 * DAY).replace(day=1), {}
    cut = [(t, max(t["first"], month), min(t["until"], until)) for t in books.terms]
    inside = [(t, a, b) for t, a, b in cut if a < b]
    counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # clause -> terms -> state -> how many
    for key, terms, state in clocks(books, month):
        counts[key][terms["number"]][state] += 1
    for terms, a, b in inside:
        for key, clause in terms["clauses"].items():
            if clause["kind"] in RATES:
                for day, state in rated(books, clause["kind"], a, b):
                    counts[key][terms["number"]][state] += a <= day < b
    under = [t for t in books.terms if any(t["number"] in found for found in counts.values())]
    clauses = {key: clause for t in [*under, *(t for t, _a, _b in inside)] for key, clause in t["clauses"].items()}
    for key, clause in clauses.items():
        if clause["kind"] not in CLOCKED + RATES + VOLUMES or "persona" in (clause.get("params") or {}).get(
            "where", ()
        ):
            continue  # what no fact of these files says
        if clause["kind"] not in VOLUMES:
            out[key] = share(books, key, clause, counts[key])
        elif held := [(t, a, b, t["clauses"][key]) for t, a, b in inside if key in t["clauses"]]:
            whole = held[-1][0]["calendar"].business_days(month, until)
            target = sum(Fraction(c["target"]) * t["calendar"].business_days(a, b) / whole for t, a, b, c in held)
            came = sum(n for t, a, b, c in held for day, n in volume(books, c) if a <= day < b)
            out[key] = {"count": came, "target": target}
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

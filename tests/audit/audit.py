"""Count a month of a contract again from its two files: `python3 audit.py terms.json facts.csv 2026-11` (docs/audit.md)."""

import csv
import hashlib
import json
import sys
from collections import defaultdict, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

CLOCKED, VOLUMES = ("first_attempt", "min_attempts", "decision", "outcome"), ("mql_volume", "won", "revenue")
RATES = {"acceptance": 0, "sql_rate": 90, "reasons": 0, "mandatory_fields": 0}  # days a row is waited for
STATES, EXCUSED = ("met", "missed", "pending", "excluded", "waived"), ("opposition", "cool_down", "open_handoff")
HOURS, ENDS = ("first_attempt", "hand_over"), ("refuse", "return", "withdraw", "expire")
Begun = namedtuple("Begun", "at day_only grade pauses", defaults=(False, "", ()))
at, NEVER, DAY, MICRO = datetime.fromisoformat, datetime.max.replace(tzinfo=UTC), timedelta(1), timedelta(0, 0, 1)


class Calendar:  # weekdays "1" to "7" with their windows, holidays, special days, a zone
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

    def working_hours(self, start, end):
        days = (self.day(start) + n * DAY for n in range((self.day(end) - self.day(start)).days + 1))
        pieces = (min(b, end) - max(a, start) for day in days for a, b in self.windows(day))
        return Fraction(sum(max(piece, 0 * DAY) // MICRO for piece in pieces), 3_600_000_000)

    def after_hours(self, start, hours, pauses=()):
        """When so much working time has passed outside the pauses."""
        left, day = timedelta(hours=1) * Fraction(hours).numerator / Fraction(hours).denominator, self.day(start)
        while True:
            pieces = [(max(a, start), b) for a, b in self.windows(day)]
            for since, until in pauses:
                pieces = [p for a, b in pieces for p in ((a, min(b, since)), (max(a, until), b))]
            for opens, closes in (piece for piece in pieces if piece[0] < piece[1]):
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
            day += DAY

    def after_days(self, start, count, pauses=()):
        """The close of the last of so many business days, those left out whose close lies in a pause."""
        day = self.day(start)
        while count:
            day += DAY
            closes = self.windows(day)[-1][1] if self.windows(day) else None
            count -= closes is not None and not any(since < closes <= until for since, until in pauses)
        return closes


class Books:  # both files, read; nothing that was taken back
    def __init__(self, terms, facts):
        self.paper, self.cutoff = terms, at(terms["cutoff"])
        self.home, self.files = ZoneInfo(terms["home"]), ZoneInfo(terms["files"])
        self.calendars = {key: Calendar(spec) for key, spec in terms["calendars"].items()}
        self.terms = [self.signed(one) for one in terms["terms"]]
        self.zone, self.local = self.terms[-1]["calendar"].zone, self.terms[-1]["calendar"].day
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


class Story:  # what became of one handoff, by the facts that stand
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
        self.refused, self.returned, sold = when("refuse"), when("return"), books.of["deal", self.id]
        self.sql = min(filter(None, [when("qualify"), *(deal["occurred_at"] for deal in sold)]), default=None)
        self.reached = min((t["occurred_at"] for t in told if t["reason"] in ("reached", "replied")), default=None)
        tries = [t["occurred_at"] for t in tries if t["kind"] != "auto_mail"]
        best = min(filter(None, [when("accept"), self.returned, *tries]), default=self.sql)
        self.turned = [(books.local(v["occurred_at"]), v["reason"]) for v in said if v["kind"] in ENDS[:2]]
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
        ends = {p["other"]: p["occurred_at"] for p in books.of["pause", self.id]}
        begun = [p for p in books.of["pause", self.id] if not p["other"] and ends.get(p["id"]) != p["occurred_at"]]
        self.pauses = [(p["occurred_at"], min(at(p["value"]), ends.get(p["id"], NEVER))) for p in begun]

    def state(self, clause, target, calendar, due, now):
        """Of a promise; attempts count that lie so many business days apart."""
        tried, apart = [], (clause.get("params") or {}).get("apart")
        for when in self.tried:
            days = [calendar.day(t) + DAY for t in (*tried[-1:], when)]
            tried += [when] * (not (tried and apart) or calendar.business_days(*days) >= apart)
        kept = {
            "first_attempt": [*self.tried[:1], self.reached], "min_attempts": [*tried[target - 1 : target], self.reached, self.sql],
            "decision": [self.decided_at], "outcome": [self.sql, self.gone],
        }[clause["kind"]]  # fmt: skip
        last, kept = min(due, now), min(filter(None, kept), default=None)
        gone = self.lapsed if clause["kind"] == "outcome" else self.dropped
        kept, dropped = (moment if moment and moment <= last else None for moment in (kept, gone))
        left = "waived" if (self.waived.get(clause["key"]) or NEVER) <= now else "missed" if now > due else "pending"
        return "met" if kept and not (dropped and dropped < kept) else "excluded" if dropped else left


def counted(tries, rules, zone):  # on a listed channel; two within k minutes are one; at most m a local day
    kept, local = [], lambda when: when.astimezone(zone).date()
    for when in sorted(t["occurred_at"] for t in tries if t["kind"] in rules["channels"]):
        near = kept and when - kept[-1] <= timedelta(minutes=rules["same_within_minutes"])
        kept += [when] * (not near and sum(local(one) == local(when) for one in kept) < rules["per_day"])
    return kept


class Month:
    def __init__(self, books, first):
        self.books, self.first, self.until = books, first, (first + 31 * DAY).replace(day=1)
        self.tomorrow, self.under = books.local(books.cutoff) + DAY, set()
        self.last = {key: c for t in books.terms if t["first"] < self.until for key, c in t["clauses"].items()}

    def span(self, key):
        """First day and end of the month, quarter or year over which a clause is judged."""
        long = {"quarter": 3, "year": 12}.get((self.last[key].get("params") or {}).get("period"), 1)
        first = self.first.replace(month=self.first.month - (self.first.month - 1) % long)
        return first, (first + 31 * long * DAY).replace(day=1)

    def promises(self, kinds, one):
        """(clause, terms, target, calendar, start, due) of what is promised on something that began and counts here."""
        local = lambda zone: one.at.astimezone(self.books.files if one.day_only else zone).date()  # noqa: E731
        terms = next((t for t in self.books.terms if t["first"] <= local(t["calendar"].zone) < t["until"]), None)
        for clause in terms["clauses"].values() if terms else ():
            given, base, hours = clause.get("params") or {}, terms["calendar"], clause["kind"] in HOURS
            tier = next((t for t in given.get("tiers") or () if one.grade in t["grades"]), clause)
            if clause["kind"] in kinds and tier.get("target"):
                own = self.books.calendars[str(given["calendar"])] if given.get("calendar") else base
                begins = own.instant(local(own.zone), "00:00") if one.day_only else one.at
                length = tier["target"] if hours else int(given.get("days") or clause["target"])
                due = (own.after_hours if hours else own.after_days)(begins, length, one.pauses)
                month = base.day(begins if terms["by_handoff"] else due).replace(day=1)
                self.under |= {terms["number"]} if month == self.first else set()
                if month <= self.first and month >= self.span(clause["key"])[0]:
                    yield clause, terms, int(Fraction(tier["target"])), own, begins, due

    def clocks(self):
        """(clause key, terms, state, working hours to a first attempt) of every promise that counts by the month's end."""
        books, now = self.books, self.books.cutoff
        for one in books.handoffs:
            tried = next((when for when in one.tried if when <= now), None)
            for clause, terms, n, own, begins, due in self.promises(CLOCKED, one):
                took = own.working_hours(begins, tried) if tried and clause["kind"] == "first_attempt" else None
                yield clause["key"], terms, one.state(clause, n, own, due, now), took
        for row in books.rows["qualification"]:
            made = [*books.of["handoff", row["id"]], {"id": "-", "occurred_at": NEVER}][0]
            waived = [answer["kind"] for answer in books.of["waiver", made["id"]]]
            held = min((h["occurred_at"] for h in books.of["hold", row["id"]] if h["kind"] in EXCUSED), default=NEVER)
            for clause, terms, *_rest, due in self.promises(("hand_over",), Begun(row["occurred_at"])):
                late = "waived" if clause["key"] in waived else "missed" if due < now else "pending"
                met, left = made["occurred_at"] <= due, held <= due
                yield clause["key"], terms, "met" if met else "excluded" if left else late, None

    def rated(self, kind, terms):
        """(day, state) of each row of a rate."""
        books, reasons = self.books, self.books.paper["reasons"]
        fields = [c["params"]["fields"] for c in terms["clauses"].values() if c["kind"] == "mandatory_fields"]
        for one in books.handoffs:
            excluded = reasons["excluded"] if (said := one.rules.get("excluded_reasons")) is None else said
            if kind == "reasons":
                yield from ((day, "met" if why else "missed") for day, why in one.turned)
            elif kind == "mandatory_fields":
                if one.lead not in books.gone and terms["published"] <= books.cutoff:
                    filled = all(books.value(one.lead, f, one.at + DAY * one.day_only, one.known, "known_at") for f in fields[0])  # fmt: skip
                    yield one.day, "met" if filled else "missed"
            elif kind == "acceptance":
                left, fault = one.reason in excluded, one.returned and one.reason in reasons["faults"]
                refused, accepted = "excluded" if left else "missed", "missed" if fault and not left else "met"
                yield one.day, {"accepted": accepted, "refused": refused, "undecided": "pending"}.get(one.decided)
            else:
                late = one.ended or (self.tomorrow - DAY - one.day).days >= RATES[kind]
                yield one.day, "met" if one.sql else "missed" if late else "pending"

    def volume(self, clause):
        """(day, how much) of what a volume counts; of whom it speaks by grade, source or persona."""
        kind, books, whom = clause["kind"], self.books, (clause.get("params") or {}).get("where") or {}
        for one in books.handoffs if kind == "mql_volume" else ():
            if one.first and all(getattr(one, name) in names for name, names in whom.items()):
                yield one.day, 1
        for row in books.rows["deal"] if kind != "mql_volume" else ():
            if row["kind"] == "won":
                closed, dated = (
                    (at(row["other"]), row["reason"]) if row["other"] else (row["occurred_at"], row["day_only"])
                )
                zone = books.home if dated == "1" or row["reason"] == "1" else books.zone
                yield closed.astimezone(zone).date(), Fraction(row["value"] or 0) if kind == "revenue" else 1

    def figures(self):
        """Clause key -> its figure in the month, that of each version of the terms, and how soon first attempts came."""
        counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # clause -> terms -> state -> how many
        took, out, books = defaultdict(list), {}, self.books
        for key, terms, state, hours in self.clocks():
            counts[key][terms["number"]][state] += 1
            took[key] += [] if hours is None else [hours]
        for key, clause in self.last.items():
            first, until = self.span(key)
            cut = ((t, max(t["first"], first), min(t["until"], until)) for t in books.terms)
            held = [(t, a, b, t["clauses"][key]) for t, a, b in cut if a < b and key in t["clauses"]]
            for t, a, b, c in held if clause["kind"] in RATES else ():
                for day, state in self.rated(c["kind"], t):
                    counts[key][t["number"]][state] += a <= day < min(b, self.until)
            own = {t["number"]: t["clauses"][key] for t in books.terms if key in t["clauses"]}
            shown = {*counts[key], *(t["number"] for t, a, *_rest in held if a < self.until)}
            if clause["kind"] in VOLUMES:
                parts = {one[0]["number"]: self.amount(key, [one], one[2]) for one in held if one[0]["number"] in shown}
                whole = self.amount(key, held, until) if shown else None
            else:
                parts = {n: share(own, own[n], {n: counts[key][n]}) for n in shown}
                whole = share(own, clause, counts[key]) if shown or self.under & {*own} else None
            hours, n = sorted(took[key]), len(took[key])  # nine of ten by nearest rank, median, how many:
            spread = (hours[-(-9 * n // 10) - 1], (hours[(n - 1) // 2] + hours[n // 2]) / 2, n) if n else None
            out |= {key: whole | {"parts": parts, "took": spread}} if whole else {}
        return out

    def amount(self, key, held, ends):
        """A volume under terms, each in [a, b) of its period, the last of which says no more once it `ends`."""
        whole, to = held[-1][0]["calendar"].business_days(*self.span(key)), min(self.tomorrow, self.until)
        slopes = [(Fraction(c["target"]) / whole, t["calendar"].business_days, a, b) for t, a, b, c in held]
        target, line = (sum(n * worked(a, min(b, day)) for n, worked, a, b in slopes) for day in (ends, to))
        came = sum(n for t, a, b, c in held for day, n in self.volume(c) if a <= day < min(b, self.until))
        forecast = came * target / line if line and (self.tomorrow <= ends or self.until < ends) else None
        return {"count": came, "target": target, "line": line, "forecast": forecast}


def share(own, clause, counts):  # promises kept by state; `own`: the clause in each version of the terms
    said = lambda c: Fraction(c.get("share") or c["target"]) / 100  # noqa: E731
    settled = {n: many for n, found in counts.items() if (many := found["met"] + found["missed"])}
    whole = sum(said(own[n]) * many for n, many in settled.items())
    promised = whole / sum(settled.values()) if settled else said(clause)
    return {state: sum(found[state] for found in counts.values()) for state in STATES} | {"promised": promised}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as terms, open(sys.argv[2], encoding="utf-8-sig", newline="") as rows:
        read = Books(json.load(terms), list(csv.DictReader(rows)))
    for key, one in sorted(Month(read, date.fromisoformat(f"{sys.argv[3]}-01")).figures().items()):
        print(key, ", ".join(f"{name} {value}" for name, value in one.items()))

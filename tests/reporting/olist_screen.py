"""Every figure of the Olist funnel as somebody reads it on a page, in their language: where it stands, what must stand there.

The texts are written here from the exact figure, by the rules of the two languages; no code of ours formats them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

from django.test import Client

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}
BLANK = {"en": "(blank)", "fr": "(vide)"}
LANDING, SDR, SR = "lead.x_landing_page_id", "deal.x_sdr_id", "deal.x_sr_id"
REVENUE = "deal.x_declared_monthly_revenue"
STATS = {"0.05": "p05", "0.1": "p10", "0.25": "p25", "0.5": "p50", "0.75": "p75", "0.9": "p90", "0.95": "p95"}
GROUPS = {"mqls_per_month": "month", "by_origin": "source", "by_landing_page": LANDING}
WON_BY = {
    "won_per_month_of_won_date": "month", "deals_per_sdr": SDR, "deals_per_sr": SR, "by_lead_type": "deal.x_lead_type",
    "by_business_segment": "deal.x_business_segment", "by_behaviour_profile": "deal.x_lead_behaviour_profile",
}  # fmt: skip
Found = Iterator[tuple[tuple[str, ...], object, object]]


def written(value, language: str, places: int, trim: bool = True) -> str:
    """A number half to even at so many places: 1,234.5 in English, 1 234,5 (narrow no-break space) in French."""
    if value is None:
        return "–"
    scaled = round(Fraction(value) * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    digits = f"{rest:0{places}}" if places else ""
    digits = digits.rstrip("0") if trim else digits
    gap, point = {"en": (",", "."), "fr": ("\u202f", ",")}[language]
    return ("−" if scaled < 0 else "") + f"{whole:,}".replace(",", gap) + (point + digits if digits else "")


def percent(share, language: str, places: int = 1, trim: bool = False) -> str:
    sign = {"en": "%", "fr": "\u202f%"}[language]
    while places < 6 and share not in (0, 1) and round(share * 100, places) in (0, 100):
        places += 1  # never 0 % where there is something
    return written(Fraction(share) * 100, language, places, trim) + sign


def month(text: str, language: str) -> str:
    return f"{MONTHS[language][int(text[5:]) - 1]} {text[:4]}"


def day(text: str, language: str) -> str:
    year, number, of_month = text[:4], int(text[5:7]), int(text[8:10])
    wall = text[10:]
    if language == "fr":
        return f"{of_month:02}/{number:02}/{year}{wall}"
    return f"{of_month} {MONTHS['en'][number - 1][:3]} {year}{wall}"


@dataclass
class Page(HTMLParser):
    """`figure`: the big number; `facts`: name → value of its list; `tables`: rows of cells of each table."""

    html: str
    figure: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    tables: list[list[list[str]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self._into, self._name = None, ""
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._into = "cell"
        elif tag in ("data", "dt", "dd"):
            self._into = tag

    def handle_endtag(self, tag):
        if tag in ("td", "th", "data", "dt", "dd"):
            self._into = None

    def handle_data(self, data):
        text = data.strip()
        if self._into == "cell":
            self.tables[-1][-1][-1] += text
        elif self._into == "data" and not self.figure:
            self.figure = text
        elif self._into == "dt":
            self._name = text
        elif self._into == "dd":
            self.facts[self._name] = self.facts.get(self._name, "") + text

    def groups(self) -> dict[str, list[str]]:
        return {row[0]: [cell.removesuffix("◌") for cell in row[1:]] for row in self.tables[0] if row}


class Screen:
    """Pages of numbers over a span that holds every row, for one person."""

    def __init__(self, who, first: date, until: date):
        self.browser, self.language = Client(), who.language
        self.browser.force_login(who)
        self.span = {"from": first.isoformat(), "to": until.isoformat()}

    def page(self, path: str, **query) -> Page:
        found = self.browser.get(path, query)
        assert found.status_code == 200, (path, query)
        return Page(found.content.decode())

    def number(self, key: str, **query) -> Page:
        return self.page(f"/numbers/{key}/", **self.span, **query)

    def count(self, value) -> str:
        return written(value, self.language, 0)

    def days(self, value) -> str:
        return written(value, self.language, 1)

    def digits(self, page: Page) -> str:
        """The figure with all its digits, whether or not it needed more than the big number has."""
        return page.facts.get({"en": "With more digits", "fr": "Avec plus de décimales"}[self.language], page.figure)


def measured(screen: Screen, want: dict) -> Found:
    """(where it stands in expected.json, what the page says, what it must say) of all that measures answer."""
    yield from _overall(screen, want)
    yield from _quality(screen, want)
    for name, by in GROUPS.items():
        yield from _summaries(screen, name, by, want[name])
    for name, by in WON_BY.items():
        rows = screen.number("won", by=by).groups()
        for group, count in want[name].items():
            yield (name, group), rows[_named(screen, by, group)][0], screen.count(count)
    rows = screen.number("days_to_won", by=SR, stat="median").groups()
    for group, median in want["median_days_to_won_per_sr"].items():
        yield ("median_days_to_won_per_sr", group), rows[group][0], screen.days(median)
    for window in ("30", "60", "90"):
        rows = screen.number("conversion", by="month", window=window).groups()
        for group, counts in want["cohort_conversion_within_days"].items():
            said = rows[month(group, screen.language)][2].partition(" / ")[0]
            yield ("cohort_conversion_within_days", group, window), said, screen.count(counts[window])


def _overall(screen: Screen, want: dict) -> Found:
    one = want["overall"]
    for key in ("leads", "mql"):
        yield ("overall", "mqls"), screen.number(key).figure, screen.count(one["mqls"])
    yield ("overall", "won"), screen.number("won").figure, screen.count(one["won"])
    rate = screen.number("conversion")
    yield ("overall", "conversion"), rate.figure, percent(one["conversion"], screen.language)
    yield ("overall", "conversion"), screen.digits(rate), percent(one["conversion"], screen.language, 4, True)
    stats = {("overall", f"{stat}_days_to_won"): (stat, one[f"{stat}_days_to_won"]) for stat in ("median", "mean")}
    for share, stat in STATS.items():
        stats["days_to_won_quantiles", share] = stat, want["days_to_won_quantiles"][share]
    for stat in ("min", "max"):
        stats[f"days_to_won_{stat}",] = stat, want[f"days_to_won_{stat}"]
    for path, (stat, exact) in stats.items():
        page = screen.number("days_to_won", stat=stat)
        yield path, page.figure, screen.days(exact)
        yield path, screen.digits(page), written(exact, screen.language, 6)


def _quality(screen: Screen, want: dict) -> Found:
    yield ("won_same_day",), screen.number("won_same_day").figure, screen.count(want["won_same_day"])
    before = screen.number("won_before_first_contact")
    yield ("won_before_first_contact", "count"), before.figure, screen.count(want["won_before_first_contact"]["count"])
    listed = sorted(row[2] for row in before.tables[0][1:])
    for number, key in enumerate(want["won_before_first_contact"]["mql_id"]):
        yield ("won_before_first_contact", "mql_id", str(number)), listed[number], key
    revenue, key = want["declared_monthly_revenue"], f"sum:{REVENUE}"
    for name, page in (("sum", screen.number(key)), ("max", screen.number(key, stat="max"))):
        yield ("declared_monthly_revenue", name), page.figure, written(revenue[name], screen.language, 2, trim=False)
    zero = screen.number(f"count:{REVENUE}", **{REVENUE: "0"})
    yield ("declared_monthly_revenue", "zero_count"), zero.figure, screen.count(revenue["zero_count"])


def _summaries(screen: Screen, name: str, by: str, want: dict[str, dict]) -> Found:
    rate = screen.number("conversion", by=by).groups()
    counts = screen.number("mql", by=by).groups()
    spread = {stat: screen.number("days_to_won", by=by, stat=stat).groups() for stat in ("median", "mean")}
    for group, one in want.items():
        shown = _named(screen, by, group)
        yield (name, group, "mqls"), counts[shown][0], screen.count(one["mqls"])
        share = f"{screen.count(one['won'])} / {screen.count(one['mqls'])}"
        yield (name, group, "won"), rate[shown][2], share
        yield (name, group, "conversion"), rate[shown][0], percent(one["conversion"], screen.language)
        for stat, rows in spread.items():
            exact = one[f"{stat}_days_to_won"]
            yield (name, group, f"{stat}_days_to_won"), rows.get(shown, ["–"])[0], screen.days(exact)


def _named(screen: Screen, by: str, group: str) -> str:
    return month(group, screen.language) if by == "month" else group or BLANK[screen.language]


def reported(screen: Screen, leads: int, deals: int, want: dict) -> Found:
    """What the pages of the two imports say: blanks, ranges, persons in both roles."""
    columns = {row[0]: row for row in screen.page(f"/imports/{deals}/").tables[-1][1:]}
    for name, blank in want["blank_counts_closed_deals"].items():
        yield ("blank_counts_closed_deals", name), columns[name][3], screen.count(blank)
    first = {row[0]: row for row in screen.page(f"/imports/{leads}/").tables[-1][1:]}
    ranges = {"won_range": columns["won_date"], "first_contact_range": first["first_contact_date"]}
    for name, row in ranges.items():
        for number, end in enumerate(want[name]):
            yield (name, str(number)), row[5 + number], day(end.removesuffix(":00"), screen.language)
    both = want["persons_who_are_both_sdr_and_sr"]
    said = re.findall(r"<summary>(.* colonnes|.* columns)</summary>", screen.browser.get(f"/imports/{deals}/").text)
    words = {
        "en": f"{both} persons stand in more than one of these columns",
        "fr": f"{both} personnes figurent dans plusieurs de ces colonnes",
    }[screen.language]
    yield ("persons_who_are_both_sdr_and_sr",), said, [words]


def contracted(screen: Screen, want: dict) -> Found:
    """What the contract's page says of each month: how many were delivered, kept or broken."""
    words = {"en": {True: "kept", False: "broken"}, "fr": {True: "tenu", False: "non tenu"}}[screen.language]
    for name, one in want.items():
        row = screen.page(f"/contract/{name}/").tables[0][1]
        yield ("sla_demo_200_mql_per_month", name, "mqls"), row[3], screen.count(one["mqls"])
        yield ("sla_demo_200_mql_per_month", name, "met"), row[6].lstrip("✓✗"), words[one["met"]]


def leaves(tree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(path, figure) of everything printed in a JSON tree."""
    if isinstance(tree, dict | list):
        for name, below in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(below, (*path, str(name)))
    else:
        yield path, tree

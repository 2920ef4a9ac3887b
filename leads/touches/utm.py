"""Link rules: which campaign the UTM values of a link mean. Pure: the oracle of the SQL in `store`.

A rule is five patterns and a campaign. An empty pattern asks nothing, `*` stands for any letters, case does not count. Rules
are tried in their order; the first that fits counts.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from re import DOTALL, Pattern, compile, escape

KEYS = ("source", "medium", "campaign", "content", "term")
Rule = Mapping[str, object]  # the five patterns and "to", a campaign's id


def place_of(rules: Sequence[Rule], values: Mapping[str, str]) -> int | None:
    """The place of the first rule that fits these values; None where none does."""
    return next((place for place, rule in enumerate(rules) if fits(rule, values)), None)


def fits(rule: Rule, values: Mapping[str, str]) -> bool:
    """Whether every pattern that the rule writes fits its value; a rule without patterns fits nothing."""
    asked = [(key, str(rule.get(key) or "")) for key in KEYS]
    asked = [(key, pattern) for key, pattern in asked if pattern]
    return bool(asked) and all(_pattern(text).fullmatch(values.get(key, "").strip().lower()) for key, text in asked)


def like(pattern: str) -> str:
    """The same pattern for SQL's LIKE over lower-case text."""
    text = pattern.strip().lower()
    for letter in "\\%_":
        text = text.replace(letter, "\\" + letter)
    return text.replace("*", "%")


@lru_cache(maxsize=512)
def _pattern(text: str) -> Pattern[str]:
    return compile(".*".join(map(escape, text.strip().lower().split("*"))), DOTALL)

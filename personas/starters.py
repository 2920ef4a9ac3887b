"""Definitions to start from, so that nobody begins on an empty page: two trades, each with the words, pages and countries of
companies that work in English or in French. Both teams change them before they sign.

What they hold follows common practice: profile and interest apart, caps on what is easily repeated, points that fade, nothing for
opened mails (machines open them), points lost for job seekers, and a direct path for who asks to be called.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from personas.criteria import tree

LABELS = {
    "b2b": _("the template for software sold to companies (B2B)"),
    "services": _("the template for services sold to companies"),
}
Words = dict[str, Any]

# What differs between companies that work in English and in French.
WORDS: dict[str, Words] = {
    "en": {
        "buyers": ["marketing", "sales", "revenue", "growth"],
        "deciders": ["director", "manager", "operations", "finance"],
        "students": ["student", "intern"],
        "industries": ["Software", "Services", "Technology"],
        "served": ["Industry", "Manufacturing", "Healthcare", "Retail"],
        "countries": ["GB", "IE", "US"],
        "pricing": "/pricing", "cases": "/customers", "careers": "/careers", "offer": "/services", "quote": "quote",
    },
    "fr": {
        "buyers": ["marketing", "commercial", "vente", "croissance"],
        "deciders": ["direct", "responsable", "gérant", "financier"],
        "students": ["étudiant", "stagiaire"],
        "industries": ["Logiciel", "Services", "Numérique"],
        "served": ["Industrie", "Santé", "Commerce", "Distribution"],
        "countries": ["FR", "BE", "CH"],
        "pricing": "/tarifs", "cases": "/clients", "careers": "/recrutement", "offer": "/prestations", "quote": "devis",
    },
}  # fmt: skip


def body(name: str, lang: str = "en") -> dict[str, Any]:
    """A fresh starter for companies that work in `lang` ("en", "fr"). KeyError for an unknown one."""
    return _BODIES[name](WORDS[lang])


def _b2b(words: Words) -> dict[str, Any]:
    fit = [
        _item("function", 30, _contains("lead.function", words["buyers"])),
        _item("employees", 25, _field("company.employees", "between", [50, 500])),
        _item("industry", 20, _field("company.industry", "one_of", words["industries"])),
        _item("country", 15, _field("lead.country", "one_of", words["countries"])),
        _item("phone", 10, _field("lead.phone", "is_set")),
    ]
    engagement = [
        _item("pricing", 20, _page(words["pricing"], 30), each=True, cap=40),
        _item("form", 25, _event("form", 30)),
        _item("webinar", 20, _event("webinar"), decay={"kind": "steps", "steps": [[30, 500_000], [90, 0]]}),
        _item("cases", 10, _page(words["cases"], 60), each=True, cap=20),
        _item("clicks", 5, _event("mail_click", 30), each=True, cap=20),
        _item("unsubscribed", -20, _event("unsubscribe", 365)),
        _item("careers", -20, _page(words["careers"], 60)),
    ]
    return _definition(words, fit, [75, 50, 25], engagement, [60, 40, 20], [_event("demo", 30)], pace=15)


def _services(words: Words) -> dict[str, Any]:
    fit = [
        _item("function", 30, _contains("lead.function", words["deciders"])),
        _item("employees", 25, _field("company.employees", "between", [20, 1000])),
        _item("industry", 20, _field("company.industry", "one_of", words["served"])),
        _item("country", 15, _field("lead.country", "one_of", words["countries"])),
        _item("phone", 10, _field("lead.phone", "is_set")),
    ]
    engagement = [
        _item("offer", 15, _page(words["offer"], 60), each=True, cap=30),
        _item("cases", 15, _page(words["cases"], 90), each=True, cap=30),
        _item("form", 25, _event("form"), decay={"kind": "half_life", "days": 45}),
        _item("download", 15, _event("download"), decay={"kind": "linear", "days": 90}),
        _item("webinar", 20, _event("webinar"), decay={"kind": "half_life", "days": 60}),
        _item("clicks", 5, _event("mail_click", 60), each=True, cap=15),
        _item("unsubscribed", -20, _event("unsubscribe", 365)),
        _item("careers", -20, _page(words["careers"], 90)),
    ]
    direct = [_event("form", 30, form=words["quote"]), _event("demo", 30)]
    return _definition(words, fit, [75, 50, 25], engagement, [50, 30, 15], direct, pace=8, cooldown_days=30)


_BODIES: dict[str, Callable[[Words], dict[str, Any]]] = {"b2b": _b2b, "services": _services}


def _definition(words: Words, fit: list, letters: list[int], engagement: list, digits: list[int], direct: list, **rest):
    never = [_field("lead.opted_out", "is", True), _contains("lead.function", words["students"])]
    return tree.empty_body() | {
        "fit": {"bands": letters, "cap": 100, "items": fit},
        "engagement": {"bands": digits, "cap": 100, "items": engagement},
        "never": never, "direct": direct, "mql": ["A1", "A2", "B1"],
    } | rest  # fmt: skip


def _item(key: str, points: int, when: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"key": key, "points": points, "cap": None, "each": False, "decay": None, "when": when} | rest


def _field(key: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": op} | ({} if value is None else {"value": value})


def _contains(key: str, words: list[str]) -> dict[str, Any]:
    return {"any": [_field(key, "contains", word) for word in words]}


def _event(kind: str, within: int | None = None, **filter_: Any) -> dict[str, Any]:
    return {"event": {"kind": kind, **filter_}, "within": within}


def _page(part: str, within: int) -> dict[str, Any]:
    return _event("page", within, page={"op": "like", "value": part})

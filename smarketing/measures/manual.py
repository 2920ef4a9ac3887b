"""The API as a page to read: addresses, parameters and answers from the schema, measures from the registry."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from smarketing.accounts.policy import needs

from . import registry, words


@dataclass(frozen=True)
class Address:
    """One operation of the schema. `parameters` and `fields`: (name, type, words, needed)."""

    path: str
    method: str
    words: str
    parameters: list[tuple[str, str, str, bool]]
    fields: list[tuple[str, str, str, bool]]


@needs("measures.read")
def manual(request: HttpRequest) -> HttpResponse:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    context = {"addresses": addresses(schema), "measures": registry.measures(), "host": request.build_absolute_uri("/")}
    return render(request, "measures/manual.html", context)


@needs("help.view")
def numbers(request: HttpRequest) -> HttpResponse:
    """Every measure with its formula in words; each opens its rows."""
    found = [(one, [words.DATES.get(date, date) for date in one.dates]) for one in registry.measures()]
    return render(request, "measures/numbers.html", {"measures": found})


def addresses(schema: dict) -> list[Address]:
    """Every operation of an OpenAPI schema, in its order."""
    found = []
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            parameters = [
                (
                    one["name"],
                    one.get("schema", {}).get("type", ""),
                    one.get("description", ""),
                    one.get("required", False),
                )
                for one in said.get("parameters", ())
            ]
            found.append(Address(path, method.upper(), said.get("description", ""), parameters, _fields(schema, said)))
    return found


def _fields(schema: Any, said: Any) -> list[tuple[str, str, str, bool]]:
    content = said.get("responses", {}).get("200", {}).get("content", {})
    first: dict = next(iter(content.values()), {})
    shape = first.get("schema", {})
    shape = shape.get("items", shape)
    name = shape.get("$ref", "").rpartition("/")[2]
    parts = schema.get("components", {}).get("schemas", {}).get(name, {})
    needed = parts.get("required", ())
    return [
        (key, one.get("type", "object"), one.get("description", ""), key in needed)
        for key, one in parts.get("properties", {}).items()
    ]

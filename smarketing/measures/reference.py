"""Pages of docs/: how each number is computed, and the schema of the API."""

from collections.abc import Callable

from smarketing.web.generated import in_french, table

from . import registry


def pages() -> dict[str, Callable[[], str]]:
    return {"numbers.md": numbers, "openapi.yaml": schema}


def numbers() -> str:
    """Every measure with its formula in words."""
    parts = [
        "# How each number is computed\n",
        "A measure is a population, counted at a cut-off, and a pure reduction. Screens, API, contract and exports all ask the",
        "same engine, so a figure has one value everywhere, and every figure opens to the rows it counted, at its own cut-off.\n",
        "Ratios are exact until shown; the API gives 6 digits, half to even. Intervals are Wilson's at 95 %. Quantiles interpolate",
        "linearly, except the 90th percentile of response times (nearest rank). A ratio with nothing below it is null and shown “–”.",
        "Days are local days of the installation, or of the contract where a contract asks.\n",
    ]
    rows = [
        (f"`{m.key}`", str(m.label), in_french(m.label), str(m.words), m.unit, _dates(m)) for m in registry.measures()
    ]
    parts.append(table(("key", "measure", "in French", "counts", "unit", "dated by"), rows))
    return "\n".join(parts)


def schema() -> str:
    """The OpenAPI description, as `/api/schema/` serves it."""
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer

    return OpenApiYamlRenderer().render(SchemaGenerator().get_schema(request=None, public=True)).decode()


def _dates(measure: registry.Measure) -> str:
    return ", ".join(measure.dates)

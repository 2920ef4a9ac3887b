"""Values that leads hold, to choose from while writing criteria: the most frequent first, among the newest rows."""

from django.db.models import Model

from leads.models import Campaign, Company, Event, Lead

from .sql import fetch

LOOKED_AT, KEPT = 20_000, 60
_MODELS: dict[str, type[Model]] = {"lead": Lead, "company": Company, "event": Event}
_EVENT_PARTS = ("page", "form", "name")
_UNTOLD = ("lead.email", "lead.first_name", "lead.last_name", "lead.phone")  # nobody chooses among people's names


def values(key: str) -> list[str]:
    """Values under a field of the catalogue, "event.page", "event.form", "event.name", or keys of campaigns."""
    if key == "campaign":
        return list(Campaign.objects.exclude(key="").order_by("-pk").values_list("key", flat=True)[:KEPT])
    subject, _, name = key.partition(".")
    model = _MODELS.get(subject)
    if model is None or key in _UNTOLD or not name.replace("_", "").isalnum() or not name.isascii():
        return []
    expression = _expression(model, subject, name)
    if not expression:
        return []
    sql = (
        f"SELECT s.value FROM (SELECT {expression} AS value FROM {model._meta.db_table} ORDER BY id DESC LIMIT {LOOKED_AT}) s"
        f" WHERE s.value <> '' GROUP BY 1 ORDER BY count(*) DESC, s.value COLLATE \"C\" LIMIT {KEPT}"
    )
    return [value for (value,) in fetch(sql)]


def _expression(model: type[Model], subject: str, name: str) -> str:
    """SQL of a text value; "" for what holds no text."""
    if subject == "event":
        return name if name in _EVENT_PARTS else ""
    columns = {field.name: field for field in model._meta.concrete_fields}
    if name.startswith("x_"):
        return f"attributes ->> '{name}'"
    held = columns.get(name)
    return name if held is not None and held.get_internal_type() in ("TextField", "CharField") else ""

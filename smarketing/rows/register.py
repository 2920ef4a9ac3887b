"""The one register of personal data: each app lists its text and JSON columns as personal or neutral in `privacy.py`.

A column in neither list fails the build (`undeclared`).
"""

from importlib import import_module

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField, SearchVectorField)


def _ours(app) -> bool:
    return app.name.split(".")[0] in ("smarketing", "personas", "leads", "sla", "reporting")


def _text(field) -> bool:
    if isinstance(field, ArrayField):
        field = field.base_field
    return isinstance(field, TEXT)


def columns() -> set[str]:
    """ "model.field" of every text or JSON column of our own apps."""
    found = set()
    for app in filter(_ours, apps.get_app_configs()):
        for model in app.get_models(include_auto_created=True):
            found |= {f"{model._meta.model_name}.{f.name}" for f in model._meta.concrete_fields if _text(f)}
    return found


def declared() -> tuple[set[str], set[str]]:
    """(personal, neutral) as listed by the apps."""
    personal, neutral = set(), set()
    for app in filter(_ours, apps.get_app_configs()):
        try:
            lists = import_module(f"{app.name}.privacy")
        except ModuleNotFoundError:
            continue
        personal |= lists.PERSONAL
        neutral |= lists.NEUTRAL
    return personal, neutral


def problems() -> list[str]:
    """Sentences for columns undeclared, declared twice, or declared but gone."""
    personal, neutral = declared()
    real = columns()
    out = [f"{name}: declare it personal or neutral" for name in sorted(real - personal - neutral)]
    out += [f"{name}: both personal and neutral" for name in sorted(personal & neutral)]
    return out + [f"{name}: declared, but there is no such column" for name in sorted((personal | neutral) - real)]

"""Privileges and guards per kind of row, applied after every migration by the owner.

The application's role gets, on each parent table only (never by default privileges: partitions stay shut):
facts and acts SELECT, INSERT; identity SELECT, INSERT and UPDATE of its derived columns; derived and working all.
Facts and acts also carry triggers that refuse UPDATE, DELETE and TRUNCATE from anybody but the owner's functions.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

APPLICATION_ROLE = "smarketing_app"
IMMUTABLE = ("fact", "act")


def kind_of(model: type[models.Model]) -> str:
    """Kind of a model's rows; tables of libraries are working rows."""
    return getattr(model, "row_kind", "working")


def tables() -> Iterator[tuple[type[models.Model], str]]:
    """Every concrete table with its kind, links of many-to-many fields included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model, kind_of(model)


def apply(connection) -> None:
    """Grant and guard everything. `connection` belongs to the owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE])
        two_roles = cursor.fetchone() is not None
        present = set(connection.introspection.table_names(cursor))
        for model, kind in tables():
            if model._meta.db_table in present:
                _guard(cursor, model, kind)
                if two_roles:
                    _grant(cursor, model, kind)
        if two_roles:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE}")
            cursor.execute(f"GRANT SELECT ON django_migrations TO {APPLICATION_ROLE}")
            cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APPLICATION_ROLE}")


def _grant(cursor, model: type[models.Model], kind: str) -> None:
    table = f'"{model._meta.db_table}"'
    cursor.execute(f"REVOKE ALL ON {table} FROM {APPLICATION_ROLE}")
    if kind in IMMUTABLE:
        cursor.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION_ROLE}")
    elif kind == "identity":
        fixed = set(model.insert_only)
        free = [f'"{f.column}"' for f in model._meta.concrete_fields if f.name not in fixed]
        cursor.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION_ROLE}")
        if free:
            cursor.execute(f"GRANT UPDATE ({', '.join(free)}) ON {table} TO {APPLICATION_ROLE}")
    else:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APPLICATION_ROLE}")


def _guard(cursor, model: type[models.Model], kind: str) -> None:
    table = f'"{model._meta.db_table}"'
    cursor.execute(f"DROP TRIGGER IF EXISTS rows_keep ON {table}")
    cursor.execute(f"DROP TRIGGER IF EXISTS rows_keep_all ON {table}")
    if kind in IMMUTABLE:
        cursor.execute(
            f"CREATE TRIGGER rows_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rows_refuse()"
        )
        cursor.execute(
            f"CREATE TRIGGER rows_keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION rows_refuse()"
        )

"""What a database holds, to compare a copy with its original."""

from django.apps import apps


def rows(cursor) -> dict[str, int]:
    """Rows of every table of ours."""
    names = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    )
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    present = {row[0] for row in cursor.fetchall()}
    counts = {}
    for name in names:
        if name in present:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts


def migrations(cursor) -> dict[str, list[str]]:
    """Migrations applied: app -> names."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    found: dict[str, list[str]] = {}
    for app, name in cursor.fetchall():
        found.setdefault(app, []).append(name)
    return found

import pytest

from leads.intake.importing import reports, service
from smarketing.rows.clock import now


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def run(db, tmp_path):
    """Import bytes or text as a file. Returns the import; its report is `run.report(one)`."""

    def run(kind, content, mapping=None, name="file.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return service.run(kind=kind, path=path, mapping=mapping, at=now, **options)

    run.report = reports.report
    return run


def counts(one):
    """(created, updated, unchanged, rejected) of a finished import; they add up to its rows."""
    done = one.report.get("done") or one.report["expected"]
    assert sum(done.values()) == one.report["rows"], one.report
    return tuple(done[name] for name in ("created", "updated", "unchanged", "rejected"))

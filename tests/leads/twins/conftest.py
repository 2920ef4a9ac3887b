"""Files may be imported here as where imports are tested."""

from tests.leads.intake.importing.conftest import run  # noqa: F401

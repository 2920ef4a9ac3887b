"""The worker of nights that are to be killed: `celery -A tests.smarketing.jobs.night_worker worker`. Publishes few dimensions."""

import django

from smarketing.celery import app as app

django.setup()

from reporting import publishing  # noqa: E402

from .night_process import FEW  # noqa: E402

publishing.DIMENSIONS = FEW

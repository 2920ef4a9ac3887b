"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from smarketing import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
# Web processes share their counters by files; `prepare` clears them before they start.
figures = env.data_folder() / "run" / "metrics"
figures.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(figures))
application = get_wsgi_application()

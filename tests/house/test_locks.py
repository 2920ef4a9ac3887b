"""The run-time lock holds everything that the processes of a company import; a set-up for tests would hide what it lacks."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOADS = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "smarketing.settings"
import django
django.setup()
import celery.app.base, celery.apps.worker, celery.apps.beat, celery.worker, celery.beat, kombu.transport.redis, smarketing.celery
import gunicorn.app.wsgiapp, gunicorn.workers.gthread, smarketing.urls, smarketing.wsgi, smarketing.supervisor.portal
import reporting.demo.seed, leads.pages.imports, leads.intake.importing
from importlib.metadata import packages_distributions
known = packages_distributions()
tops = {name.partition(".")[0] for name, module in list(sys.modules.items()) if getattr(module, "__file__", None)}
print("\\n".join(sorted({dist for top in tops for dist in known.get(top, ())})))
"""


# Libraries that others take when they find them and do without when they do not.
OPTIONAL = {"certifi", "charset-normalizer", "greenlet", "idna", "pygments", "requests", "rich", "urllib3"}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> set[str]:
    """Distributions of a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return {_plain(found) for found in re.findall(r"^([A-Za-z0-9][\w.-]*)==", text, re.MULTILINE)}


def test_whatever_the_processes_import_is_in_the_runtime_lock():
    done = subprocess.run([sys.executable, "-c", LOADS], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = {_plain(name) for name in done.stdout.split()}
    assert {"kombu", "django", "packaging"} <= loaded
    assert loaded - locked("base") <= {"setuptools", "pip"} | OPTIONAL


def test_every_lock_names_hashes_and_what_older_patch_releases_of_python_need():
    for name in ("base", "dev"):
        assert "async-timeout" in locked(name)
        blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").strip())
        assert all("--hash=sha256:" in block for block in blocks)

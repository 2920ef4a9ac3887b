from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "smarketing.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.accounts.sections import Section, register
        from smarketing.web import slots

        from . import demo_clock, health, outbox

        outbox.register("jobs.go_on", _tell_worker)
        slots.fill("frame.demo", _demo_clock)
        health.register_own()
        demo_clock.register()
        said = _("Database, processes, nights, backups: how each stands, and what to do.")
        register(Section("health", _("Health"), said, "jobs:health", "settings.health", 95))
        watched = _("Nights and other long work: progress, errors, another try.")
        register(Section("runs", _("Runs"), watched, "jobs:runs", "runs.view", 94))


def _tell_worker(number: int, body: dict) -> None:
    """Deliver "go on with this run": a task of its own, so that the relay stays free. Runs inside the worker."""
    from .tasks import go_on

    go_on.apply_async(kwargs={"run": body["run"]}, task_id=f"outbox-{number}", retry=False)


def _demo_clock(context, *args) -> str:
    """The clock in the demo bar; nothing in a live company."""
    from django.template.loader import render_to_string

    from smarketing.rows import clock

    from . import demo_clock

    request = context.get("request")
    if request is None or demo_clock.offset() is None:
        return ""
    said = {"steps": demo_clock.STEPS, "now": clock.now(), "here": request.get_full_path(), "move": demo_clock.last()}
    return render_to_string("jobs/demo_clock.html", said, request=request)

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "smarketing.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import outbox

        outbox.register("jobs.go_on", _tell_worker)


def _tell_worker(number: int, body: dict) -> None:
    """Deliver "go on with this run": a task of its own, so that the relay stays free. Runs inside the worker."""
    from .tasks import go_on

    go_on.apply_async(kwargs={"run": body["run"]}, task_id=f"outbox-{number}", retry=False)

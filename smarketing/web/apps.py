from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "smarketing.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.jobs import bell, ledger, nightly

        from . import export_files, export_notices, tasks

        bell.register(tasks.drain, tasks.WAITING)
        export_notices.register()
        ledger.STEPS["exports"] = _("Large files of yesterday deleted")
        nightly.once("exports", lambda run: export_files.forget(before=run.cutoff - export_files.KEPT), order=97)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    name = "smarketing.calendars"
    label = "calendars"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.accounts.sections import Section, register
        from smarketing.rows import rebuild

        from . import nightly, services

        text = _("Working hours and holidays by which deadlines are counted.")
        register(Section("calendars", _("Calendars"), text, "calendars:list", "settings.calendars", 30))
        nightly.register()
        rebuild.register("calendars", lambda at: services.rebuild(), order=10)

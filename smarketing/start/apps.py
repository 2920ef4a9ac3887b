from django.apps import AppConfig


class StartConfig(AppConfig):
    name = "smarketing.start"
    label = "start"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.web import slots

        from . import platform

        platform.register()
        slots.fill("sign_in.top", platform.nobody_here)
        slots.fill("frame.next_step", platform.next_step)

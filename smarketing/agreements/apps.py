from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    name = "smarketing.agreements"
    label = "agreements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.accounts.sections import Section, register

        from . import notices

        notices.register()
        text = _("What both sides signed, with its verification.")
        register(Section("papers", _("Signed papers"), text, "agreements:papers", "papers.view", 80))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    name = "smarketing.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.accounts.sections import Section, register
        from smarketing.jobs import demo_clock, health, ledger, nightly, outbox
        from smarketing.web import slots

        from . import bell, mails, nights, signs, tasks, upkeep

        outbox.register(mails.KIND, mails.deliver)
        demo_clock.BY_ITSELF.append(tasks.minute)
        health.register("mails", _("Mails"), signs.unsent, 31)
        health.register("mail-server", _("Mail server"), signs.server, 60)
        slots.fill("frame.bell", bell.show)
        nights.register()
        ledger.STEPS["notices"] = _("Old notices deleted")
        nightly.once("notices", upkeep.forget, order=98)
        said = _("Every mail as its reader got it; a test mail.")
        register(Section("mails", _("Mails sent"), said, "notify:mails", "settings.mails", 80))

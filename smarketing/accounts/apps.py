from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "smarketing.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from smarketing.notify import kinds

        from . import finding
        from .sections import Section, register

        kinds.register("invitation", _("Invitation"))
        kinds.register("reset", _("New password"))
        kinds.register("account", _("Change of an account"))
        finding.register()

        people = _("Who signs in, for which side, in which role.")
        keys = _("Credentials of programs: tokens for the API, write keys for the site.")
        register(
            Section("profile", _("Profile"), _("Your name, language and theme."), "accounts:profile", "profile.edit", 1)
        )
        company = _("Name, country, language, currency, time zone.")
        register(Section("company", _("Company"), company, "accounts:company", "settings.company", 5))
        spoken = _("Which languages are on offer, and which is the company’s own.")
        register(Section("languages", _("Languages"), spoken, "accounts:languages", "settings.company", 6))
        register(Section("people", _("People"), people, "accounts:people", "settings.people", 10))
        register(Section("teams", _("Teams"), _("Groups within one side."), "accounts:teams", "settings.people", 11))
        factor = _("Of whom a second factor is required.")
        register(Section("sign-in", _("Sign-in"), factor, "accounts:sign_in", "settings.people", 12))
        register(Section("keys", _("Tokens and keys"), keys, "accounts:keys", "settings.keys", 20))
        register(Section("audit", _("Audit log"), _("Who did what, and when."), "accounts:audit", "audit.view", 90))

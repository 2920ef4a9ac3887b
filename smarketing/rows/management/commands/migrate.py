"""`migrate` as the owner role where there is one, then privileges and guards for the application's role."""

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from smarketing.rows import grants


class Command(DjangoMigrate):
    def handle(self, *args, **options):
        if options["database"] == "default" and "owner" in settings.DATABASES:
            options["database"] = "owner"
        result = super().handle(*args, **options)
        if not (options.get("plan") or options.get("check_unapplied")):
            grants.apply(connections[options["database"]])
        return result

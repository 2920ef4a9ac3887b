"""Django's deploy check under production settings, whatever this machine's environment says."""

import os
import subprocess
import sys

from django.core.management.base import BaseCommand

PRODUCTION = {
    "SMARKETING_DEBUG": "",
    "SMARKETING_URL": "https://smarketing.example",
    "SMARKETING_HOSTS": "smarketing.example",
    "SMARKETING_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_",
    "DATABASE_URL": "postgresql://smarketing_app@localhost/smarketing",
    "OWNER_DATABASE_URL": "postgresql://smarketing_owner@localhost/smarketing",
    "REDIS_URL": "redis://localhost:6379/0",
}


class Command(BaseCommand):
    help = "Run the deploy check with production settings; any warning fails."
    requires_system_checks: list = []

    def handle(self, *args, **options):
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        sys.exit(subprocess.run(command, env=os.environ | PRODUCTION).returncode)

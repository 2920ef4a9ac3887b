"""Beat's call, every minute: what nobody's deed tells is looked for, mails whose time has come are written."""

from collections.abc import Callable
from datetime import datetime

from celery import shared_task
from django.db import InterfaceError, OperationalError

from smarketing.rows import clock

from . import rounds, sending

LOOKS: list[Callable[[datetime], int]] = []  # registered from above: look(at) tells what came true by itself


@shared_task(
    name="notify.minute",
    expires=50,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=2,
)
def minute() -> None:
    """Lost or repeated, it changes nothing: each is told once, each mail written once. A look that fails holds up no mail."""
    at = clock.now()
    try:
        for look in LOOKS:
            look(at)
    finally:
        try:
            sending.send_due(at)
        finally:
            rounds.send_due(at)

"""The first administrator of an empty company, let in by a code that only the console shows.

The code is kept nowhere: it follows from the secret key and the birth of the installation, and opens nothing once
somebody is here.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac

from smarketing.accounts.audit import record
from smarketing.accounts.company import save_company
from smarketing.accounts.models import User
from smarketing.accounts.people import PeopleError, add_person
from smarketing.calendars import holidays
from smarketing.calendars import services as calendars
from smarketing.rows.models import Installation


class Closed(PeopleError):
    """Nobody begins here: `why` is "begun", "demo" or "unknown" (another code)."""

    def __init__(self, why: str):
        self.why = why
        super().__init__(why)


def shut(code: str | None = None) -> str:
    """Why nobody can begin with `code` (None: with any): "begun", "demo", "unknown"; "" when it opens."""
    return _shut(Installation.objects.first(), code)


def link() -> str:
    """The address that the console shows; "" once somebody is here."""
    installation = Installation.objects.first()
    return "" if _shut(installation) else settings.PUBLIC_URL + reverse("start:begin", args=[_code(installation)])


@transaction.atomic
def begin(
    *,
    code: str,
    at: datetime,
    name: str,
    email: str,
    password: str,
    company: str,
    language: str,
    country: str,
    currency: str,
    zone: str,
    windows: dict,
) -> User:
    """Make the administrator, the company's card and its first calendar (`windows` as in a calendar's spec).

    Of two who begin at once, one does. Closed says why not; PeopleError, ValidationError: what is wrong.
    """
    installation = Installation.objects.select_for_update().first()
    if why := _shut(installation, code):
        raise Closed(why)
    person = {"name": name, "email": email.lower(), "role": "administrator", "side": "", "language": language}
    user, _password = add_person(by=None, at=at, password=password, **person)
    card = {"company": company, "language": language, "country": country, "currency": currency, "zone": zone}
    save_company(by=user, at=at, **card)
    spec = calendars.starter_spec(at=at, zone=zone, country=country) | {"windows": windows}
    calendars.create_version(name=country_name(country, language), spec=spec, by=user, at=at)
    record(user, "company.begin", "installation", installation.pk, at)
    return user


def country_name(country: str, language: str | None = None) -> str:
    """A country as a language calls it; its code where no name is known."""
    return dict(holidays.countries(language or translation.get_language() or "en")).get(country, country)


def _shut(installation: Installation | None, code: str | None = None) -> str:
    if installation is None:
        return "unknown"
    if installation.kind == "demo":
        return "demo"
    if User.objects.exists():
        return "begun"
    return "" if code is None or constant_time_compare(code, _code(installation)) else "unknown"


def _code(installation: Installation) -> str:
    born = installation.created_at.isoformat()
    return salted_hmac("smarketing.start", born, algorithm="sha256").hexdigest()[:32]

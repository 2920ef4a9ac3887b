"""Every setting comes from the environment; this is the one documented table of them.

`docs/settings.md` is generated from it. A value that the process environment does not hold is looked up in
`<data>/run/env`, which the supervisor writes when it has started the servers, so that any `manage.py` command
finds the running company's database.
"""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Var:
    name: str
    default: str
    help: str


TABLE = (
    Var("SMARKETING_DATA", "var/demo", "Folder of everything this company keeps: database, broker, media, secret key."),
    Var("SMARKETING_DEBUG", "", "1 shows tracebacks in the browser. Never in production."),
    Var("SMARKETING_SECRET_KEY", "", "Key of sessions and links; made on first start and kept in the data folder."),
    Var(
        "SMARKETING_SUPPRESSION_KEY",
        "",
        "Keys of the hashes on the suppression list, the newest first, separated by commas; empty means the data"
        " folder's file, made on first start.",
    ),
    Var("SMARKETING_HOSTS", "localhost,127.0.0.1,[::1]", "Host names answered, separated by commas."),
    Var(
        "SMARKETING_URL",
        "http://localhost:8000",
        "Public address, used in links and mails; https switches on secure cookies and HSTS.",
    ),
    Var("SMARKETING_LANGUAGE", "en", "Language before a person chose one: en or fr."),
    Var("SMARKETING_LOG", "text", "Form of the logs on standard error: text, or json (one object a line)."),
    Var("SMARKETING_LOG_LEVEL", "INFO", "INFO tells every request; WARNING only what is wrong."),
    Var("DATABASE_URL", "", "PostgreSQL as the application role; empty means the embedded server."),
    Var("OWNER_DATABASE_URL", "", "The same database as its owner, used by migrations only."),
    Var("REDIS_URL", "", "Broker; empty means the embedded server."),
    Var(
        "EMAIL_URL",
        "",
        "smtps://user:password@host:465 (TLS), smtp+tls://…:587 (STARTTLS) or smtp://…:25; empty keeps every mail in"
        " Settings, Mails sent.",
    ),
    Var("SMARKETING_IMPORT_MB", "300", "Size of a file that may be imported, in MB."),
    Var("SMARKETING_IMPORT_UNPACKED_MB", "2048", "Size to which an Excel workbook may unpack, in MB."),
    Var(
        "SMARKETING_JUDGES",
        "0",
        "Database connections that score everybody side by side when a definition takes effect; 0 means one per"
        " processor core, four at most.",
    ),
    Var("SMARKETING_PROXIES", "0", "Proxies before the pages: how many last entries of X-Forwarded-For to trust."),
    Var("OIDC_ISSUER", "", "Identity provider (OpenID Connect) for sign-on; empty means none and no button."),
    Var("OIDC_CLIENT_ID", "", "What the provider calls this portal."),
    Var("OIDC_CLIENT_SECRET", "", "The provider's secret for it."),
    Var("OIDC_NAME", "OpenID Connect", "Name on the button."),
    Var("EMAIL_FROM", "smarketing@localhost", "Sender of mails."),
)
DEFAULTS = {var.name: var.default for var in TABLE}


def _started() -> dict[str, str]:
    data = Path(os.environ.get("SMARKETING_DATA") or DEFAULTS["SMARKETING_DATA"])
    path = (data if data.is_absolute() else ROOT / data) / "run" / "env"
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


_STARTED = _started()


def get(name: str) -> str:
    """Value of a variable of TABLE. KeyError for a name that the table does not hold."""
    return os.environ.get(name) or _STARTED.get(name) or DEFAULTS[name]


def flag(name: str) -> bool:
    return get(name).lower() in ("1", "true", "yes", "on")


def data_folder() -> Path:
    path = Path(get("SMARKETING_DATA"))
    return path if path.is_absolute() else ROOT / path

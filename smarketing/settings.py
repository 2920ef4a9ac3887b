"""Settings: one file, from the environment (table in `env.py`)."""

from urllib.parse import unquote, urlsplit

from celery.schedules import crontab

from . import env
from .web import logs

BASE_DIR = env.ROOT
DATA = env.data_folder()
DEBUG = env.flag("SMARKETING_DEBUG")
SECRET_KEY = env.get("SMARKETING_SECRET_KEY")
if not SECRET_KEY:
    _key = DATA / "secret_key"
    SECRET_KEY = _key.read_text().strip() if _key.exists() else "only-for-commands-without-a-company-" + "x" * 40
SUPPRESSION_KEY = env.get("SMARKETING_SUPPRESSION_KEY")  # empty: the data folder's (leads.intake.addresses)
PUBLIC_URL = env.get("SMARKETING_URL").rstrip("/")
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [host.strip() for host in env.get("SMARKETING_HOSTS").split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "smarketing.web",
    "smarketing.rows",
    "smarketing.accounts",
    "smarketing.agreements",
    "smarketing.calendars",
    "smarketing.measures",
    "smarketing.jobs",
    "smarketing.notify",
    "smarketing.start",
    "personas",
    "leads",
    "sla",
    "reporting",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "django_linear_migrations",
]
MIDDLEWARE = [
    "smarketing.web.told.Told",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smarketing.web.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "smarketing.accounts.middleware.PersonLanguage",
    "smarketing.accounts.middleware.SignInRequired",
    "smarketing.accounts.middleware.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "smarketing.urls"
WSGI_APPLICATION = "smarketing.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smarketing.web.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
                "smarketing.web.templatetags.web",
                "smarketing.web.templatetags.same",
            ],
        },
    }
]


def _database(url: str) -> dict:
    parts = urlsplit(url or "postgresql://smarketing_app@localhost/smarketing")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c idle_in_transaction_session_timeout=60s"},
    }


# Two roles on one database: "default" is the application's, "owner" migrates and keeps partitions (rows/grants.py).
DATABASES = {"default": _database(env.get("DATABASE_URL"))}
if env.get("OWNER_DATABASE_URL"):
    DATABASES["owner"] = _database(env.get("OWNER_DATABASE_URL"))
DATABASE_ROUTERS: list[str] = []

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "smarketing.accounts.adapter.ClosedAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_FORMS = {"login": "smarketing.accounts.library_forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.get("SMARKETING_PROXIES"))
# Attempts at signing in are counted for all processes in one table.
CACHES = {
    "default": {
        "BACKEND": "smarketing.accounts.limits.SharedCache",
        "LOCATION": "accounts_counter",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # below it nothing is thrown out but what has expired
    }
}
MFA_ADAPTER = "smarketing.accounts.factors.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "smarketing"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # localhost only: browsers have no passkeys elsewhere without https

# Sign-on by the company's identity provider; without OIDC_ISSUER there is none.
OIDC_ISSUER = env.get("OIDC_ISSUER").rstrip("/")
FORM_TARGETS = [OIDC_ISSUER[: -len(urlsplit(OIDC_ISSUER).path) or None]] if OIDC_ISSUER else []
SOCIALACCOUNT_ADAPTER = "smarketing.accounts.single_sign_on.InvitedOnly"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the provider's verified address is that of the invited person
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": env.get("OIDC_NAME"),
                "client_id": env.get("OIDC_CLIENT_ID"),
                "secret": env.get("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

LANGUAGE_CODE = env.get("SMARKETING_LANGUAGE")
LANGUAGES = [("en", "English"), ("fr", "Français")]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["smarketing.web.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "smarketing.web.storage.Hashed"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = DATA / "media"
_RUN = DATA / "run"
FILE_UPLOAD_TEMP_DIR = (
    str(_RUN) if _RUN.is_dir() else None
)  # large files on the disk of the data, not in a /tmp in memory
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the mapping of a file of 2000 columns names two things of each
JUDGES = int(env.get("SMARKETING_JUDGES"))  # 0: one per core (leads.judging.taking_up)
IMPORT_MAX_BYTES = int(env.get("SMARKETING_IMPORT_MB")) * 1024 * 1024
IMPORT_MAX_UNPACKED = int(env.get("SMARKETING_IMPORT_UNPACKED_MB")) * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "smarketing.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["smarketing.accounts.authentication.HasVerb"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "smarketing",
    "DESCRIPTION": "One truth for marketing and sales: leads, contract, closed loop.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
}

LOGGING = logs.config(json=env.get("SMARKETING_LOG") == "json", level=env.get("SMARKETING_LOG_LEVEL").upper())

CELERY_BROKER_URL = env.get("REDIS_URL")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Mails are handed over by the outbox (smarketing/notify); without a server they are kept and shown in Settings.
_mail = urlsplit(env.get("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.get("EMAIL_FROM")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.hostname else 'dummy'}.EmailBackend"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 10

# The worker rings by itself too: were the bell process away, new facts would wait a few seconds, not for ever.
CELERY_BEAT_SCHEDULE = {
    "ring": {"task": "jobs.ring", "schedule": 5.0, "options": {"expires": 5}},
    "heartbeat": {"task": "jobs.heartbeat", "schedule": 20.0, "options": {"expires": 20}},
    "reconcile": {"task": "jobs.reconcile", "schedule": 120.0, "options": {"expires": 60}},
    "notices": {"task": "notify.minute", "schedule": 60.0, "options": {"expires": 50}},
    "nightly": {"task": "jobs.nightly_due", "schedule": crontab(minute="*/10"), "options": {"expires": 500}},
}

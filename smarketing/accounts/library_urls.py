"""allauth's addresses that we use: those whose pages wear our frame. The others do not exist here."""

from collections.abc import Iterator

from allauth import urls
from django.urls import URLPattern, URLResolver

UNUSED = {
    "account_email", "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code",
    "account_set_password", "socialaccount_connections", "usersessions_list", "mfa_download_recovery_codes", None,
}  # fmt: skip


def used(patterns) -> Iterator[URLPattern | URLResolver]:
    """The patterns without the unused ones."""
    for one in patterns:
        if isinstance(one, URLPattern):
            if one.name not in UNUSED:
                yield one
        else:
            inner = list(used(one.url_patterns))
            if inner:
                yield URLResolver(one.pattern, inner)


urlpatterns = list(used(urls.urlpatterns))

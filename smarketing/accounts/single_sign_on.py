"""Sign-on by the company's own identity provider (OpenID Connect), for people who were invited here.

The provider vouches for an address only when it says that it is verified; nobody is made by signing on.
"""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class InvitedOnly(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        """Whatever went wrong over there: back to the sign-in page, with a sentence."""
        from allauth.core.exceptions import ImmediateHttpResponse

        messages.error(request, _("Sign-on did not work: try again, or sign in with your password."))
        raise ImmediateHttpResponse(redirect("account_login"))

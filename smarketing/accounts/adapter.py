"""Sign-in without sign-up: an administrator adds people."""

from allauth.account.adapter import DefaultAccountAdapter


class ClosedAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

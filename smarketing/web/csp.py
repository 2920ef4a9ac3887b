"""Content security policy: own files and nonces, nothing inline, nothing from elsewhere."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "script-src": ("'self'", "'nonce-{nonce}'"),
    "style-src": ("'self'", "'nonce-{nonce}'"),
    "img-src": ("'self'", "data:"),  # data: for the QR code of the second factor
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "manifest-src": ("'self'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
    "object-src": ("'none'",),
}


class ContentSecurityPolicy:
    """Puts a fresh `request.csp_nonce` on each request and the policy on each answer.

    A view that truly needs more sets `response.csp = {"style-src": ("'self'", "'unsafe-inline'")}` for those directives.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(18)
        response = self.get_response(request)
        targets = {"form-action": ("'self'", *settings.FORM_TARGETS)}  # sign-on posts here and is sent there
        directives = POLICY | targets | getattr(response, "csp", {})
        text = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
        response.headers.setdefault("Content-Security-Policy", text.replace("{nonce}", request.csp_nonce))
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response

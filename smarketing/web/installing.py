"""What makes the portal an app on a phone: its manifest, and the service worker by which the queue goes on without a network."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from smarketing.accounts.policy import needs

SIZES = (192, 512)


@needs("public")
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The manifest, in the reader's language; it opens where a person lands."""
    icons = [
        {"src": static(f"web/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in SIZES
        for purpose in ("any", "maskable")
    ]
    said = {
        "id": "/", "name": "smarketing", "short_name": "smarketing", "description": _("What marketing and sales agreed on, and what became of every lead."),
        "lang": get_language() or settings.LANGUAGE_CODE, "start_url": "/", "scope": "/", "display": "standalone",
        "background_color": "#ffffff", "theme_color": "#1f2933", "icons": icons,
    }  # fmt: skip
    return JsonResponse(said, content_type="application/manifest+json")


@needs("public")
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it may serve the queue's pages; asked for anew each time."""
    text = (settings.BASE_DIR / "static" / "js" / "sw.js").read_text(encoding="utf-8")
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")

"""Pages of the frame itself: where a person lands, is the process up, is it ready, and the errors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect
from django.template import loader
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from smarketing.accounts.policy import needs

from . import navigation, ready


@needs("today.view")
def home(request: HttpRequest) -> HttpResponse:
    return redirect(navigation.landing(request.user))


@needs("public")
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@needs("public")
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, migrations, worker and beat are there; 503 with what is missing."""
    checks = ready.checks()
    fine = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": fine, "checks": checks}, status=200 if fine else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: it asks nothing of the database."""
    said = {"language": get_language() or settings.LANGUAGE_CODE, "reference": getattr(request, "id", "")}
    return HttpResponseServerError(loader.get_template("500.html").render(said))

"""The page of the house's health. Views only translate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from smarketing.accounts.policy import needs

from . import health as service


@needs("settings.health")
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    found = service.signs()
    wrong = [one for one in found if one.level in (service.WATCH, service.ILL)]
    context = {"signs": found, "wrong": wrong, "at": timezone.now()}
    return render(request, "jobs/health.html", context)

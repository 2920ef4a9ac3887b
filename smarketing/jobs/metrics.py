"""`GET /metrics`, for Prometheus: an administrator's token with the scope `metrics.scrape`."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.decorators import api_view

from smarketing.accounts.policy import needs

from . import telemetry


@needs("metrics.scrape")
@extend_schema(exclude=True)
@api_view(["GET"])
def metrics(request) -> HttpResponse:
    """The house's health in figures."""
    return HttpResponse(telemetry.text(), content_type=CONTENT_TYPE_LATEST)

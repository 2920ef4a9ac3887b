"""Pages of the closed loop: today, closed books, the loop itself."""

from django.urls import path, re_path

from .credit import api as credit_api
from .credit import views as credit
from .loop import persona_api, personas
from .loop import views as loop
from .pages import books, today

app_name = "reporting"
MONTH = r"(?P<month>\d{4}-\d{2})"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("loop/", loop.loop, name="loop"),
    path("loop/personas/", personas.results, name="personas"),
    path("loop/attribution/", credit.attribution, name="attribution"),
    path("loop/attribution/settings/", credit.versions, name="attribution_settings"),
    path("loop/attribution/deals/<int:pk>/", credit.way, name="journey"),
    path("api/v1/attribution/", credit_api.Attribution.as_view(), name="api_attribution"),
    path("api/v1/personas/coverage/", persona_api.Coverage.as_view(), name="api_coverage"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/$", books.book, name="book"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/close/$", books.close, name="close"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/reopen/$", books.reopen, name="reopen"),
]

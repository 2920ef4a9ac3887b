"""Pages of the closed loop: today, closed books, the loop itself."""

from django.urls import path, re_path

from .loop import changed_views, explore_views, funnel_views, persona_api, personas, quality_views
from .loop import views as loop
from .pages import books, today

app_name = "reporting"
MONTH = r"(?P<month>\d{4}-\d{2})"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("loop/", loop.loop, name="loop"),
    path("loop/funnel/", funnel_views.page, name="funnel"),
    path("loop/explore/", explore_views.page, name="explore"),
    path("loop/quality/", quality_views.page, name="quality"),
    path("loop/changed/", changed_views.page, name="changed"),
    path("loop/personas/", personas.results, name="personas"),
    path("api/v1/personas/coverage/", persona_api.Coverage.as_view(), name="api_coverage"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/$", books.book, name="book"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/close/$", books.close, name="close"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/reopen/$", books.reopen, name="reopen"),
]

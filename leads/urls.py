"""Addresses of leads: tracking for programs, pages for people."""

from django.urls import path, register_converter

from .pages import tracking


class Call:
    """The name of a call of the tracking interface."""

    regex = "|".join(sorted(tracking.CALLS, key=len, reverse=True))

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Call, "call")

app_name = "leads"
urlpatterns = [
    path("v1/<call:call>", tracking.collect, name="collect"),
    path("v1/projects/<str:key>/settings", tracking.browser_settings, name="browser_settings"),
]

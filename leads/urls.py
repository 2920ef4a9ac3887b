"""Addresses of leads: tracking for programs, pages for people."""

from django.urls import path, register_converter

from .pages import imports, tracking


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
    path("imports/", imports.listing, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/<int:pk>/", imports.show, name="import"),
    path("imports/<int:pk>/mapping/", imports.choose, name="import_choose"),
    path("imports/<int:pk>/apply/", imports.apply, name="import_apply"),
    path("imports/<int:pk>/stop/", imports.stop, name="import_stop"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/rejected.csv", imports.rejected, name="import_rejected"),
    path("imports/<int:pk>/mapping.json", imports.mapping, name="import_mapping"),
]

"""The map of pages. Every view declares a verb (`smarketing.accounts.policy`); an undeclared one fails the tests."""

from django.urls import include, path

urlpatterns = [
    path("", include("smarketing.web.urls")),
    path("accounts/", include("smarketing.accounts.library_urls")),
    path("", include("smarketing.accounts.urls")),
    path("", include("smarketing.notify.urls")),
    path("", include("smarketing.start.urls")),
    path("", include("smarketing.agreements.urls")),
    path("", include("smarketing.jobs.urls")),
    path("", include("smarketing.measures.urls")),
    path("", include("smarketing.calendars.urls")),
    path("", include("personas.urls")),
    path("", include("leads.urls")),
    path("", include("sla.urls")),
    path("", include("reporting.urls")),
]

handler500 = "smarketing.web.views.server_error"

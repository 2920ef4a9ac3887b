"""The map of pages. Every view declares a verb (`smarketing.accounts.policy`); an undeclared one fails the tests."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]

"""Addresses of numbers."""

from django.urls import path

from . import pages

app_name = "measures"
urlpatterns = [
    path("numbers/<str:key>/", pages.rows, name="rows"),
]

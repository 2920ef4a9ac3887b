"""Addresses of numbers: pages for people, the API for programs."""

from django.urls import path

from . import api, manual, pages

app_name = "measures"
urlpatterns = [
    path("help/numbers/", manual.numbers, name="numbers"),
    path("numbers/<str:key>/", pages.rows, name="rows"),
    path("api/v1/measures/", api.Measures.as_view(), name="list"),
    path("api/v1/measures/<str:key>/", api.OneMeasure.as_view(), name="one"),
    path("api/schema/", api.Schema.as_view(), name="schema"),
    path("api/docs/", manual.manual, name="docs"),
]

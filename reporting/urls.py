"""Addresses of reports."""

from django.urls import path

from .loop import views as loop

app_name = "reporting"
urlpatterns = [
    path("loop/", loop.loop, name="loop"),
]

"""Settings of calendars."""

from django.urls import path

from . import views

app_name = "calendars"
urlpatterns = [
    path("settings/calendars/", views.calendars, name="list"),
    path("settings/calendars/add/", views.calendar, name="add"),
    path("settings/calendars/<int:pk>/", views.calendar, name="calendar"),
]

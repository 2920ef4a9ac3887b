"""Addresses of day one."""

from django.urls import path

from . import views

app_name = "start"
urlpatterns = [
    path("start/", views.door, name="door"),
    path("start/<str:code>/", views.begin, name="begin"),
]

"""Addresses of the frame."""

from django.urls import path

from . import bulk_exports, export_views, installing, list_views, search_views, views
from .help import pages as help_pages

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("sw.js", installing.worker, name="service_worker"),
    path("readyz", views.readyz, name="readyz"),
    path("search/", search_views.search, name="search"),
    path("known/<slug:kind>/", search_views.known_names, name="known"),
    path("search/commands/", search_views.palette, name="palette"),
    path("views/", list_views.views, name="views"),
    path("views/save/", list_views.save, name="view_save"),
    path("views/columns/", list_views.columns, name="list_columns"),
    path("views/<int:pk>/", list_views.change, name="view_change"),
    path("exports/", export_views.index, name="exports"),
    path("exports/stop/", bulk_exports.stop, name="exports_stop"),
    path("exports/again/", bulk_exports.again, name="exports_again"),
    path("exports/<int:pk>/", export_views.show, name="export"),
    path("exports/<int:pk>/progress/", export_views.progress, name="export_progress"),
    path("exports/<int:pk>/file/", export_views.fetch, name="export_fetch"),
    path("exports/<int:pk>/stop/", export_views.stop, name="export_stop"),
    path("exports/<int:pk>/again/", export_views.again, name="export_again"),
    path("help/", help_pages.guide, name="help"),
    path("help/words/", help_pages.words, name="help_words"),
    path("help/keys/", help_pages.sheet, name="help_keys"),
    path("help/for/<slug:role>/", help_pages.guide, name="help_role"),
]

from django.urls import path

from . import bulk_runs, health_views, metrics, views

app_name = "jobs"
urlpatterns = [
    path("metrics", metrics.metrics, name="metrics"),
    path("settings/health/", health_views.health, name="health"),
    path("runs/", views.run_list, name="runs"),
    path("demo/clock/", views.move_clock, name="demo_clock"),
    path("demo/clock/way/", views.clock_way, name="demo_way"),
    path("runs/again/", bulk_runs.again, name="bulk_again"),
    path("runs/start/", views.start, name="start"),
    path("runs/<int:pk>/", views.run_detail, name="run"),
    path("runs/<int:pk>/again/", views.again, name="again"),
]

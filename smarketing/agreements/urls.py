"""Pages of papers: verification and signing."""

from django.urls import path

from . import views

app_name = "agreements"
urlpatterns = [
    path("papers/", views.papers, name="papers"),
    path("papers/<int:pk>/", views.paper, name="paper"),
    path("papers/<int:pk>/sign/", views.sign, name="sign"),
]

"""Addresses of the common language: personas, definitions, their papers."""

from django.urls import path

from .pages import (
    acts,
    api,
    beside,
    commenting,
    comparing,
    editing,
    home,
    listing,
    papers,
    persona,
    studio,
    turning,
)

app_name = "personas"
urlpatterns = [
    path("language/", home.home, name="home"),
    path("language/definition/new/", home.line_new, name="line_new"),
    path("language/definition/<int:pk>/", studio.definition, name="definition"),
    path("language/definition/<int:pk>/act/", acts.act, name="act"),
    path("language/definition/<int:pk>/row/", editing.save, name="row"),
    path("language/definition/<int:pk>/undo/", acts.undo, name="undo"),
    path("language/definition/<int:pk>/comment/", commenting.say, name="comment"),
    path("language/comment/<int:pk>/", commenting.change, name="comment_change"),
    path("language/definition/<int:pk>/history/", papers.history, name="history"),
    path("language/definition/<int:pk>/counts/", studio.counts, name="counts"),
    path("language/definition/<int:pk>/compare/", comparing.compare, name="compare"),
    path("language/definition/<int:pk>/backlog/", beside.backlog, name="backlog"),
    path("language/definition/<int:pk>/retire/", turning.retire, name="retire"),
    path("language/definition/<int:pk>/version/<int:number>/again/", turning.again, name="again"),
    path("language/paper/<int:pk>/observed/", beside.observed, name="observed"),
    path("language/definition/<int:pk>/propose/", papers.propose, name="propose"),
    path("language/definition/<int:pk>/version/<int:number>/", papers.version, name="version"),
    path("language/personas/", listing.listing, name="list"),
    path("language/persona/new/", persona.persona_new, name="persona_new"),
    path("language/persona/<int:pk>/", persona.persona, name="persona"),
    path("language/persona/<int:pk>/counts/", persona.persona_counts, name="persona_counts"),
    path("language/persona/<int:pk>/edit/", persona.persona_edit, name="persona_edit"),
    path("api/v1/criteria/", api.Criteria.as_view(), name="api_criteria"),
    path("language/paper/<int:pk>/", papers.paper, name="paper"),
]

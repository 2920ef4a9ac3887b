"""Pages of the contract: followed month by month, and the document."""

from django.urls import path, re_path

from .pages import api, documents, follow_up, goal, months, own, stands, team

app_name = "sla"
urlpatterns = [
    path("contract/", follow_up.follow_up, name="follow_up"),
    re_path(r"^contract/(?P<month>\d{4}-\d{2})/$", follow_up.follow_up, name="month"),
    path("contract/months/", months.months, name="months"),
    path("contract/documents/", documents.contracts, name="contracts"),
    path("contract/goal/", goal.goal, name="goal"),
    path("contract/new/", documents.new, name="new"),
    path("contract/<int:pk>/terms/", documents.document, name="terms"),
    path("contract/<int:pk>/draft/", documents.draft, name="draft"),
    path("queue/team/", team.board, name="team"),
    path("queue/results/", own.own, name="own"),
    path("contract/waivers/", stands.every, name="waivers"),
    path("contract/waivers/<int:pk>/", stands.one, name="waiver"),
    path("contract/promises/<int:pk>/pause/", stands.pause, name="pause"),
    path("contract/pauses/<int:pk>/end/", stands.resume, name="resume"),
    path("contract/promises/<int:pk>/waivers/<str:key>/", stands.ask, name="ask"),
    path("api/v1/contracts/<int:pk>/waivers/", api.Waivers.as_view(), name="api_waivers"),
    path("api/v1/contracts/", api.Contracts.as_view(), name="api_contracts"),
    re_path(
        r"^api/v1/contracts/(?P<pk>\d+)/months/(?P<month>20\d{2}-(?:0[1-9]|1[0-2]))/$",
        api.OneMonth.as_view(),
        name="api_month",
    ),
]

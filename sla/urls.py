"""Pages of the contract: followed month by month, and the document."""

from django.urls import path, re_path

from .pages import (
    api,
    campaign_plans,
    documents,
    drafting,
    evidence,
    follow_up,
    goal,
    guided,
    meeting_room,
    months,
    own,
    remarks,
    review,
    stands,
    team,
)

app_name = "sla"
MONTH = r"(?P<month>\d{4}-\d{2})"
urlpatterns = [
    path("contract/", follow_up.follow_up, name="follow_up"),
    re_path(r"^contract/(?P<month>\d{4}-\d{2})/$", follow_up.follow_up, name="month"),
    path("contract/months/", months.months, name="months"),
    path("contract/documents/", documents.contracts, name="contracts"),
    path("contract/goal/", goal.goal, name="goal"),
    path("contract/new/", drafting.new, name="new"),
    path("contract/new/guided/", guided.guided, name="guided"),
    path("contract/<int:pk>/terms/", documents.document, name="terms"),
    path("queue/team/", team.board, name="team"),
    path("queue/results/", own.own, name="own"),
    path("contract/waivers/", stands.every, name="waivers"),
    path("contract/waivers/<int:pk>/", stands.one, name="waiver"),
    path("contract/promises/<int:pk>/pause/", stands.pause, name="pause"),
    path("contract/pauses/<int:pk>/end/", stands.resume, name="resume"),
    path("contract/promises/<int:pk>/waivers/<str:key>/", stands.ask, name="ask"),
    path("api/v1/contracts/<int:pk>/waivers/", api.Waivers.as_view(), name="api_waivers"),
    path("contract/<int:pk>/terms/<int:number>.json", documents.signed_file, name="signed_file"),
    path("contract/<int:pk>/compare/", documents.compare, name="compare"),
    path("contract/<int:pk>/draft/", drafting.draft, name="draft"),
    path("contract/<int:pk>/draft/check/", drafting.check, name="draft_check"),
    path("contract/<int:pk>/draft/away/", drafting.away, name="draft_away"),
    path("contract/<int:pk>/draft/<slug:key>/", drafting.section, name="draft_section"),
    path("contract/<int:pk>/review/", review.show, name="review"),
    path("contract/<int:pk>/review/hold/", review.hold, name="hold_review"),
    re_path(rf"^contract/(?P<pk>\d+)/{MONTH}/present/$", meeting_room.present, name="present"),
    re_path(rf"^contract/(?P<pk>\d+)/{MONTH}/print/$", meeting_room.printed, name="print"),
    re_path(rf"^contract/(?P<pk>\d+)/{MONTH}/evidence/terms.json$", evidence.terms, name="evidence_terms"),
    re_path(rf"^contract/(?P<pk>\d+)/{MONTH}/evidence/facts.csv$", evidence.facts, name="evidence_facts"),
    re_path(rf"^contract/(?P<pk>\d+)/{MONTH}/remarks/$", remarks.remarks, name="remarks"),
    path("campaigns/<int:pk>/plan/", campaign_plans.plan, name="plan"),
    path("api/v1/contracts/", api.Contracts.as_view(), name="api_contracts"),
    re_path(
        r"^api/v1/contracts/(?P<pk>\d+)/months/(?P<month>20\d{2}-(?:0[1-9]|1[0-2]))/$",
        api.OneMonth.as_view(),
        name="api_month",
    ),
]

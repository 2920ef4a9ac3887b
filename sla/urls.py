"""Pages of the contract: followed month by month, and the document."""

from django.urls import path, re_path

from .pages import api, campaign_plans, documents, evidence, follow_up, goal, meeting_room, months, remarks, review

app_name = "sla"
MONTH = r"(?P<month>\d{4}-\d{2})"
urlpatterns = [
    path("contract/", follow_up.follow_up, name="follow_up"),
    re_path(r"^contract/(?P<month>\d{4}-\d{2})/$", follow_up.follow_up, name="month"),
    path("contract/months/", months.months, name="months"),
    path("contract/documents/", documents.contracts, name="contracts"),
    path("contract/goal/", goal.goal, name="goal"),
    path("contract/new/", documents.new, name="new"),
    path("contract/<int:pk>/terms/", documents.document, name="terms"),
    path("contract/<int:pk>/draft/", documents.draft, name="draft"),
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

"""Addresses of leads: tracking for programs, pages for people."""

from django.urls import path, register_converter

from .pages import (
    bulk,
    campaigns,
    companies,
    deals,
    decide,
    focus,
    imports,
    imports_list,
    lead,
    leads,
    matches,
    pools,
    praise,
    privacy,
    queue,
    registers,
    retention,
    rights,
    suppression,
    taking_back,
    tracking,
    twins,
)


class Call:
    """The name of a call of the tracking interface."""

    regex = "|".join(sorted(tracking.CALLS, key=len, reverse=True))

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Call, "call")

app_name = "leads"
urlpatterns = [
    path("leads/matching/", matches.matching, name="matching"),
    path("v1/<call:call>", tracking.collect, name="collect"),
    path("queue/", queue.index, name="queue"),
    path("queue/<int:pk>/", focus.focus, name="focus"),
    path("queue/<int:pk>/take/", queue.take, name="take"),
    path("queue/<int:pk>/reassign/", queue.reassign, name="reassign"),
    path("queue/<int:pk>/attempt/", focus.attempt, name="attempt"),
    path("queue/<int:pk>/accept/", focus.accept, name="accept"),
    path("queue/<int:pk>/need/", focus.qualify, name="qualify"),
    path("queue/<int:pk>/refuse/", decide.refuse, name="refuse"),
    path("queue/<int:pk>/return/", decide.give_back, name="give_back"),
    path("queue/<int:pk>/deal/", deals.open_deal, name="open_deal"),
    path("queue/undo/attempt/<int:pk>/", decide.undo, {"kind": "attempt"}, name="undo_attempt"),
    path("queue/undo/decision/<int:pk>/", decide.undo, {"kind": "decision"}, name="undo_decision"),
    path("deals/<int:pk>/", deals.deal, name="deal"),
    path("deals/<int:pk>/change/", deals.do, {"name": "change"}, name="change_deal"),
    path("deals/<int:pk>/won/", deals.do, {"name": "win"}, name="win_deal"),
    path("deals/<int:pk>/lost/", deals.do, {"name": "lose"}, name="lose_deal"),
    path("deals/<int:pk>/reopen/", deals.do, {"name": "reopen"}, name="reopen_deal"),
    path("v1/projects/<str:key>/settings", tracking.browser_settings, name="browser_settings"),
    path("imports/", imports_list.listing, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/<int:pk>/", imports.show, name="import"),
    path("imports/<int:pk>/mapping/", imports.choose, name="import_choose"),
    path("imports/<int:pk>/apply/", imports.apply, name="import_apply"),
    path("imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("imports/<int:pk>/stop/", imports.stop, name="import_stop"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/rejected.csv", imports.rejected, name="import_rejected"),
    path("imports/<int:pk>/mapping.json", imports.mapping, name="import_mapping"),
    path("leads/", leads.index, name="list"),
    path("leads/add/", leads.add, name="add"),
    path("leads/give/", bulk.give, name="bulk_give"),
    path("leads/give/undo/", bulk.give_undo, name="bulk_give_undo"),
    path("leads/campaign/", bulk.campaign, name="bulk_campaign"),
    path("leads/campaign/undo/", bulk.campaign_undo, name="bulk_campaign_undo"),
    path("leads/<int:pk>/", lead.page, name="lead"),
    path("leads/<int:pk>/edit/", lead.edit, name="lead_edit"),
    path("leads/<int:pk>/consent/", rights.record, name="consent"),
    path("leads/<int:pk>/consent/<int:consent_pk>/back/", rights.take_back, name="consent_back"),
    path("leads/<int:pk>/opposition/", rights.oppose, name="opposition"),
    path("leads/<int:pk>/export/", privacy.export, name="export"),
    path("leads/<int:pk>/erase/", privacy.erase, name="erase"),
    path("settings/retention/", retention.proposals, name="retention"),
    path("leads/duplicates/", twins.index, name="twins"),
    path("leads/duplicates/<int:pk>/dismiss/", twins.dismiss, name="twins_dismiss"),
    path("leads/<int:pk>/merge/", twins.choose, name="merge"),
    path("leads/<int:pk>/merge/<int:other>/", twins.compare, name="merge_with"),
    path("leads/<int:pk>/unmerge/<int:merge_pk>/", twins.take_back, name="unmerge"),
    path("leads/<int:pk>/praise/", praise.praise, name="praise"),
    path("leads/<int:pk>/note/", rights.note, name="note"),
    path("leads/<int:pk>/note/<int:note_pk>/back/", rights.note_back, name="note_back"),
    path("settings/suppression/", suppression.listing, name="suppression"),
    path("companies/add/", companies.add, name="company_add"),
    path("companies/<int:pk>/edit/", companies.edit, name="company_edit"),
    path("queue/undo/assignment/<int:pk>/", taking_back.charge_back, name="charge_back"),
    path("leads/changes/<int:pk>/back/", taking_back.values_back, name="change_back"),
    path("leads/<int:pk>/deal/", deals.open_on_lead, name="open_deal_on_lead"),
    path("deals/<int:pk>/back/", deals.take_back, name="deal_back"),
    path("companies/", registers.companies, name="companies"),
    path("deals/", registers.deals, name="deals"),
    path("companies/<int:pk>/", companies.page, name="company"),
    path("settings/routing/", pools.pools, name="pools"),
    path("settings/routing/<int:pk>/", pools.pools, name="pool"),
    path("campaigns/", campaigns.index, name="campaigns"),
    path("campaigns/add/", campaigns.add, name="campaign_add"),
    path("campaigns/<int:pk>/", campaigns.page, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path("campaigns/<int:pk>/costs/", campaigns.spend, name="campaign_spend"),
    path("campaigns/<int:pk>/costs/<int:spend_pk>/back/", campaigns.take_back, name="spend_back"),
]

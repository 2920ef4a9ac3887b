from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    label = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leads.intake import hooks as intake
        from reporting import publishing
        from sla import hooks as contracts
        from smarketing.agreements import kinds
        from smarketing.jobs import ledger, nightly
        from smarketing.rows import rebuild
        from smarketing.web import slots

        from .books import closing, notices, reopening, report, services
        from .credit import measures as credit
        from .digests import table
        from .loop import personas, results, robust
        from .meetings import minutes, rhythm
        from .meetings import notices as meeting_notices
        from .pages import meeting_slots
        from .slots import close_action, closed_note

        credit.register_all()
        publishing.register()
        notices.register()
        report.register()
        closing.register()
        table.register()
        ledger.STEPS["restatements"] = _("Closed months restated by late facts told")
        nightly.once("restatements", notices.look, order=91)
        contracts.closed_through.append(services.closed_through)
        contracts.frozen.append(services.frozen)
        rebuild.register("books", services.rebuild, order=40)
        intake.closed_months.append(services.closed_months)
        kinds.register(
            kinds.PaperKind(
                "reopen", _("Opening a closed month again"), "month.reopen", reopening.signed, reopening.page
            )
        )
        for told in (meeting_notices, rhythm):
            told.register()
        kinds.register(
            kinds.PaperKind(
                minutes.PAPER,
                _("Minutes of a meeting"),
                "meetings.sign",
                page=minutes.page,
                name=minutes.name,
                verify=minutes.verify,
            )
        )
        for place, filler in meeting_slots.PLACES:
            slots.fill(place, filler, order=70)
        slots.fill("campaign.results", results.of_campaign)
        slots.fill("campaign.results", robust.of_campaign, 60)
        slots.fill("campaigns.results", robust.of_campaigns, 20)
        slots.fill("deal.credit", robust.of_deal)
        slots.fill("persona.results", results.of_persona)
        slots.fill("personas.coverage", personas.coverage_slot)
        slots.fill("contract.actions", close_action)
        slots.fill("contract.month", closed_note)

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from leads import following, upkeep
        from leads.handoffs import hot, leaving, notices, spoken
        from leads.intake.importing import tasks
        from leads.judging import rebuild, resembling
        from leads.measures import table
        from leads.models import Lead
        from leads.pages import beside, day_one, finding, language, mails, settings
        from leads.replay import tasks as replaying
        from leads.rights import disagreement_notices, remarks
        from smarketing.accounts import company
        from smarketing.rows import rebuild as parts
        from smarketing.web import slots

        table.register_all()
        told = (notices, hot, remarks, disagreement_notices)
        for room in (
            following,
            language,
            upkeep,
            day_one,
            finding,
            settings,
            leaving,
            *told,
            spoken,
            tasks,
            replaying,
            resembling,
        ):
            room.register()
        company.HAS_FACTS.append(lambda: Lead.objects.exists())
        slots.fill("lead.actions", beside.to_queue, 10)
        slots.fill("persona.results", mails.of_persona, 80)
        slots.fill("lead.identity", beside.deals_of_lead, 20)
        parts.register("leads", rebuild.run, order=20)

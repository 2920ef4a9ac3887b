from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from leads import following, upkeep
        from leads.handoffs import freed, hot, leaving, notices, silence, spoken
        from leads.intake.importing import tasks
        from leads.judging import rebuild, resembling
        from leads.measures import table
        from leads.models import Lead
        from leads.pages import absences, beside, day_one, finding, known_names, language, mails, routing, settings
        from leads.replay import tasks as replaying
        from leads.rights import contest_notices, contests, disagreement_notices, remarks
        from smarketing.accounts import company
        from smarketing.rows import rebuild as parts
        from smarketing.web import slots

        table.register_all()
        told = (notices, hot, remarks, disagreement_notices, contest_notices, silence)
        for room in (
            following,
            language,
            upkeep,
            day_one,
            finding,
            known_names,
            settings,
            leaving,
            freed,
            contests,
            *told,
            spoken,
            tasks,
            replaying,
            resembling,
        ):
            room.register()
        company.HAS_FACTS.append(lambda: Lead.objects.exists())
        slots.fill("lead.actions", beside.to_queue, 10)
        slots.fill("lead.judgement", routing.of_lead, 60)
        slots.fill("queue.actions", absences.in_queue, 60)
        slots.fill("persona.results", mails.of_persona, 80)
        slots.fill("lead.identity", beside.deals_of_lead, 20)
        parts.register("leads", rebuild.run, order=20)

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from leads import upkeep
        from leads.handoffs import handing, hot, leaving, notices, spoken, states, undoing
        from leads.intake import hooks
        from leads.intake.importing import tasks
        from leads.judging import rebuild, resembling, service
        from leads.measures import table
        from leads.models import Lead
        from leads.pages import (
            beside,
            day_one,
            disagreements,
            finding,
            observed,
            persona_deals,
            proven,
            replays,
            settings,
            trying,
        )
        from leads.pages.matches import count_matches
        from leads.replay import tasks as replaying
        from leads.rights import disagreement_notices, remarks
        from leads.scoring import backfill, company_days, ledger, stored
        from personas import hooks as personas
        from smarketing.accounts import company
        from smarketing.jobs import bell
        from smarketing.rows import rebuild as parts
        from smarketing.web import slots

        table.register_all()
        upkeep.register()
        day_one.register()
        finding.register()
        settings.register()
        leaving.register()
        notices.register()
        hot.register()
        spoken.register()
        remarks.register()
        disagreement_notices.register()
        tasks.register()
        replaying.register()
        resembling.register()
        company.HAS_FACTS.append(lambda: Lead.objects.exists())
        hooks.events += [ledger.count_events, hot.tell]
        hooks.joins += [ledger.count_joins, hot.tell_joined]
        hooks.taken_back.append(ledger.take_back)
        hooks.attempts.append(ledger.count_attempts)
        hooks.attempts_back.append(ledger.take_back_attempts)
        hooks.lent.append(ledger.recount)
        hooks.handed.append(handing.import_handoffs)
        hooks.handoffs.append(states.derive)
        hooks.merged.append(states.merged)
        hooks.deals.append(handing.changed_deals)
        hooks.undone.append(undoing.undone)
        personas.count_matches.append(count_matches)
        personas.weigh.append(proven.weigh)
        personas.stand.append(observed.stand)
        personas.backlogs.append(observed.backlog)
        personas.observe.append(observed.observe)
        personas.stored_values.append(stored.values)
        slots.fill("definition.months", replays.in_studio, 10)
        slots.fill("definition.brief", replays.brief, 10)
        slots.fill("definition.brief", trying.in_studio, 20)
        slots.fill("criterion.said", disagreements.beside_criterion)
        slots.fill("lead.actions", beside.to_queue, 10)
        slots.fill("persona.evidence", persona_deals.evidence)
        slots.fill("lead.identity", beside.deals_of_lead, 20)
        bell.register(backfill.drain, backfill.WAITING)
        bell.register(company_days.drain, company_days.WAITING)
        bell.register(service.sweep, service.WAITING)
        parts.register("leads", rebuild.run, order=20)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "sla"
    label = "sla"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leads.handoffs import hooks
        from leads.pages import done
        from smarketing.agreements import kinds
        from smarketing.jobs import bell
        from smarketing.rows import rebuild
        from smarketing.web import slots as places

        from . import (
            deeds,
            derive,
            escalation,
            measures,
            nightly,
            notices,
            pace,
            papers,
            reviewing,
            slots,
            spoken,
            waivers,
        )
        from .pages import beside, campaign_plans, day_one

        measures.register_all()
        nightly.register()
        notices.register()
        escalation.register()
        pace.register()
        waivers.register()
        reviewing.register()
        spoken.register()
        deeds.register()
        day_one.register()
        hooks.changed.append(derive.mark)
        hooks.promises.append(slots.promises)
        bell.register(derive.sweep, derive.WAITING)
        places.fill("queue.kept", beside.kept)
        places.fill("queue.actions", beside.results)
        places.fill("focus.promise", beside.promise)
        places.fill("focus.wait", beside.wait)
        done.DONE["pause"] = beside.waits
        kinds.register(
            kinds.PaperKind(
                "terms",
                _("Terms of a contract"),
                "contract.sign",
                papers.signed,
                papers.page,
                papers.name,
                papers.verify,
            )
        )
        places.fill("campaign.results", campaign_plans.slot, order=60)
        places.fill("lead.judgement", slots.clocks_of_lead)
        places.fill("lead.promise_then", slots.promise_then)
        rebuild.register("contract", derive.rebuild, order=30)

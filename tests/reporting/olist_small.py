"""Until the importer stands: the Olist funnel through the services of facts."""

from datetime import UTC, datetime
from datetime import date as Date
from pathlib import Path
from zoneinfo import ZoneInfo

from leads.intake import facts
from leads.models import Handoff, LeadKey, Source
from personas.catalogue import add_custom
from personas.models import DefinitionLine
from smarketing.rows.fence import open_fence

from . import olist_truth as t

ZONE = ZoneInfo("Europe/Paris")
DEAL_TYPES = {
    "declared_monthly_revenue": "number", "sdr_id": "text", "sr_id": "text", "business_segment": "text",
    "lead_type": "text", "lead_behaviour_profile": "text", "seller_id": "text",
}  # fmt: skip


def import_olist(folder: Path, **_):
    from django.db import transaction

    with transaction.atomic():
        fence = open_fence()
        add_custom(subject="lead", name="x_landing_page_id", type="text")
        for name, kind in DEAL_TYPES.items():
            add_custom(subject="deal", name=f"x_{name}", type=kind)
        origin = facts.Origin(history=True)
        leads = t.rows(folder / t.LEADS)
        at = {
            r["mql_id"]: datetime.combine(Date.fromisoformat(r["first_contact_date"]), datetime.min.time(), ZONE)
            for r in leads
        }
        births = [
            facts.Birth(
                at[r["mql_id"]], {"source": r["origin"], "x_landing_page_id": r["landing_page_id"]}, day_only=True
            )
            for r in leads
        ]
        ids = dict(
            zip([r["mql_id"] for r in leads], facts.create_leads(births, origin=origin, fence=fence), strict=True)
        )
        source = Source.objects.create(name="olist")
        LeadKey.objects.bulk_create(LeadKey(source=source, key=k, lead_id=i, created_at=at[k]) for k, i in ids.items())
        line = DefinitionLine.objects.create(name="Sellers")
        Handoff.objects.bulk_create(
            Handoff(
                lead_id=i,
                line=line,
                gate="imported",
                occurred_at=at[k],
                recorded_at=fence.recorded_at,
                known_at=at[k],
                day_only=True,
            )
            for k, i in ids.items()
        )
        deals = []
        for r in t.rows(folder / t.DEALS):
            won = datetime.fromisoformat(r["won_date"]).replace(tzinfo=ZONE).astimezone(UTC)
            values = {f"x_{n}": r[n] for n in DEAL_TYPES if n != "declared_monthly_revenue"}
            values["x_declared_monthly_revenue"] = int(float(r["declared_monthly_revenue"]))
            values |= {"state": "won", "closed_at": won.isoformat()}
            deals.append(facts.Birth(won, values, fixed={"lead_id": ids[r["mql_id"]]}))
        facts.create_deals(deals, origin=origin, fence=fence)

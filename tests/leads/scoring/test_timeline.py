"""The walk over all moments on arrays equals plain Python at any instant, and misses no moment."""

from bisect import bisect_right
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.models import Lead
from leads.scoring import backfill, days, ledger, oracle, program
from leads.scoring.timeline import walk as timeline
from personas.criteria.validate import validate
from personas.definitions import persona_services
from personas.definitions.catalogue import catalogue
from tests.leads import worlds
from tests.scale import examples

pytestmark = pytest.mark.django_db
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking costs minutes here
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
START = worlds.NOON - timedelta(days=80)


def walked(body: dict, leads: list[int], line_from=START, after=None, until=worlds.NOON) -> dict:
    """lead -> ([moments], [what is said then])."""
    found = timeline.walk(
        program.build(0, 0, body), leads, here=days.here(), line_from=line_from, version_from=line_from, until=until,
        after=after,
    )  # fmt: skip
    out = {lead: ([], []) for lead in leads}
    for n in range(len(found) if found else 0):
        moments, said = out[int(found.lead[n])]
        moments.append(timeline.instant(found.at[n]))
        grade = timeline.grade_text(int(found.grade[n]))
        row = (
            int(found.fit[n]),
            int(found.engagement[n]),
            grade,
            found.contributions[n].tolist(),
            bool(found.direct[n]),
        )
        said.append((int(found.cycle[n]), *row, bool((found.plain if found.begins[n] else found.strict)[n])))
    return out


def expected(lead: int, body: dict, t, first: bool, facts=None) -> tuple:
    """As the walk puts it; `facts`, where they were read already."""
    facts = facts or oracle.LeadFacts(lead, t)
    one = oracle.score(lead, body, t, after_no=not first, facts=facts)
    return facts.cycle, one.fit, one.engagement, one.grade, one.contributions, one.direct, one.mql


def begins(lead: int, t, facts=None) -> bool:
    """Whether a cycle begins exactly at t: when the lead is there (the line is older), and at each of its own resets."""
    one = Lead.objects.get(pk=lead)
    known = one.created_at if one.declared else max(one.created_at, one.recorded_at)
    begun = {max(reset.known_at, reset.occurred_at) for reset in (facts or oracle.LeadFacts(lead, t)).own_resets}
    return t in {max(known, START), *begun}


@pytest.mark.invariant("I6")
@settings(max_examples=examples(60, 12), deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(st.data())
def test_the_walk_says_at_any_instant_what_plain_python_says(data):
    worlds.catalogue()
    rules = data.draw(worlds.field_conditions(), "rules")
    name = f"p{persona_services.Persona.objects.count()}"
    persona = persona_services.create_persona(name=name, story={}, rules=rules, by=None, at=worlds.NOON)
    body = data.draw(worlds.bodies([persona.pk]), "body")
    assume(not validate(body, catalogue()))
    backfill.run(ledger.ensure([body]), at=worlds.NOON)
    lives = [worlds.live(life) for life in data.draw(st.lists(worlds.lives, min_size=1, max_size=2), "lives")]
    found = walked(body, [lead for lead, _asked in lives])
    here = days.here()
    for lead, asked in lives:
        moments, said = found[lead]
        assert moments == sorted(set(moments))
        for t, row in zip(moments, said, strict=True):
            assert row == expected(lead, body, t, begins(lead, t)), (lead, t)
        some = here.midnights(worlds.NOON - timedelta(days=12), worlds.NOON)
        for t in [*asked, worlds.NOON, *some]:
            last = bisect_right(moments, t) - 1
            if last >= 0:
                assert said[last][:-1] == expected(lead, body, t, False)[:-1], (lead, t)
        cut = asked[0]
        later = walked(body, [lead], after=cut)[lead]
        assert [pair for pair in zip(*later, strict=True) if pair[0] > cut] == [
            pair for pair in zip(moments, said, strict=True) if pair[0] > cut
        ]

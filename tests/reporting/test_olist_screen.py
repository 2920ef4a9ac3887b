"""Real input on screen: every figure of the Olist funnel stands on a page, written as its reader's language writes it.

What must stand there is computed from the two files in plain Python, proven equal to expected.json figure by figure, and
written by the rules of the language; every figure that is printed in expected.json must have been looked for.
"""

from datetime import date

import pytest

from leads.models import Import
from smarketing.rows import clock
from tests.olist import LINE, import_olist, mutated_copy
from tests.people import person
from tests.sla.contracts import VOLUME, contract, line, sign

from . import olist_screen as on_screen
from . import olist_truth as t
from .test_olist import printed, span

pytestmark = pytest.mark.django_db(transaction=True)


def shown(folder, language: str) -> list[tuple[tuple[str, ...], object, object]]:
    """Everything looked for: (its place in expected.json, what stands there, what must stand there)."""
    reader = person(f"Maud {language}", "marketer", language=language)
    screen, want = on_screen.Screen(reader, *span(folder)), t.truth(folder)
    leads, deals = Import.objects.order_by("pk").values_list("pk", flat=True)
    return [
        *on_screen.measured(screen, want),
        *on_screen.reported(screen, leads, deals, t.contents(folder)),
        *on_screen.contracted(screen, t.kept(want)),
    ]


def sign_contract(folder) -> None:
    first, _until = span(folder)
    sign(contract("Sellers", on=line(LINE)), [VOLUME], date(first.year, 6, 1), at=clock.now())


def wrong(found) -> list:
    return [one for one in found if one[1] != one[2]]


@pytest.mark.parametrize("language", ["fr", pytest.param("en", marks=pytest.mark.trust)])
def test_every_figure_of_the_funnel_stands_on_the_screen(olist_db, language):
    folder = olist_db
    sign_contract(folder)
    found = shown(folder, language)
    assert wrong(found) == []
    there = dict(on_screen.leaves({name: tree for name, tree in t.expected(folder).items() if name != "definitions"}))
    looked_for = {
        tuple("by_landing_page_top10" if name == "by_landing_page" else name for name in path) for path, *_ in found
    }
    assert set(there) - looked_for == set()


def test_what_must_stand_there_is_what_expected_json_prints(shared_data):
    folder = shared_data / "olist-funnel"
    want = t.truth(folder)
    want |= t.contents(folder) | {
        "sla_demo_200_mql_per_month": t.kept(want),
        "by_landing_page_top10": want["by_landing_page"],
    }
    exact = dict(on_screen.leaves(want))
    for path, figure in on_screen.leaves(t.expected(folder)):
        if path[0] == "definitions":
            continue
        if figure is None or isinstance(figure, str | bool):
            assert exact[path] == figure, path
        else:
            assert printed(float(exact[path]), figure), path


@pytest.mark.trust
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_same_on_a_mutated_copy(shared_data, tmp_path, language):
    folder = mutated_copy(shared_data / "olist-funnel", tmp_path, 3)
    import_olist(folder)
    sign_contract(folder)
    assert wrong(shown(folder, language)) == []

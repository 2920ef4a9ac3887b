"""Which modules of tests begin first: long ones, so that no worker is left alone with one at the end.

`LONG`: module → seconds it takes on two cores (pytest --durations=0). A module that is not named is short; the order of those
stays that of the tree. A worker takes a module whole (--dist loadscope), in this order (--no-loadscope-reorder).
"""

from tests.ground import ROOT

LONG = {
    "browser/test_language.py": 90, "smarketing/accounts/test_matrix.py": 50, "browser/test_every_page.py": 40,
    "browser/test_journeys.py": 35, "smarketing/jobs/test_crashes.py": 35, "leads/intake/importing/test_undo.py": 30,
    "browser/test_queue.py": 30, "browser/test_month.py": 28, "browser/test_next_lead.py": 28,
    "house/test_checks.py": 25, "browser/test_signed_by_keyboard.py": 24, "leads/rights/test_erasure.py": 21,
    "smarketing/web/test_every_answer.py": 20, "browser/test_empty_walk.py": 20, "smarketing/jobs/test_backup.py": 18,
    "browser/test_offline.py": 18, "leads/intake/importing/test_crm_opportunities.py": 18, "browser/test_glossary.py": 16,
    "leads/handoffs/test_routing.py": 16, "leads/intake/importing/test_olist.py": 16, "reporting/test_publishing.py": 16,
    "reporting/loop/test_every_number.py": 16, "reporting/loop/test_explore.py": 15, "browser/test_first_day.py": 15,
    "leads/intake/importing/test_going_on.py": 15, "smarketing/web/test_every_list.py": 15, "browser/test_contract.py": 14,
    "browser/test_keystrokes.py": 14, "browser/test_meetings.py": 13, "sla/test_kept.py": 13, "smarketing/jobs/test_outbox.py": 12,
    "reporting/credit/test_pages.py": 12, "leads/test_taking_back.py": 12, "smarketing/web/help/test_pages.py": 11,
    "personas/builder/test_round_trip.py": 11, "leads/measures/test_rows.py": 10, "reporting/meetings/test_agenda.py": 10,
    "browser/test_conditions.py": 10, "browser/test_examination.py": 10, "reporting/demo/test_fast_forward.py": 10,
    "browser/test_closed_loop.py": 9, "browser/test_money_back.py": 9, "browser/test_sign_in.py": 9, "browser/test_match_typed.py": 8,
}  # fmt: skip


def weight(path) -> int:
    """Seconds of the module of this path, 0 for a short one."""
    return LONG.get(path.relative_to(ROOT / "tests").as_posix(), 0) if path.is_relative_to(ROOT / "tests") else 0


def pytest_collection_modifyitems(items) -> None:
    items.sort(key=lambda item: -weight(item.path))

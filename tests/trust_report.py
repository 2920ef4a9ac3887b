"""`make trust`: which invariants were proved, by which test, and whether the planted fault was caught.

A test proves one with `@pytest.mark.invariant("I4")`; a test that plants a fault and shows that the proof notices it says
`@pytest.mark.invariant("I4", mutant="plain select, then update")`.
"""

import pytest

INVARIANTS = {
    "I1": "no event counted twice, at any retry distance",
    "I2": "no event lost after a 2xx",
    "I3": "a refused request leaves nothing partial",
    "I4": "a handoff never has two reps in charge",
    "I5": "stage history append-only, gap-free; current stage = last row",
    "I6": "any past score can be reproduced",
    "I7": "a signed contract or published definition never changes",
    "I8": "the night may be killed anywhere and run again; reports never half visible",
    "I9": "two recomputes never interleave; a thawed worker cannot overwrite",
    "I10": "a closed month never changes in silence",
    "I11": "conservation: totals = sums of parts = rows of the drill-down",
    "I12": "business-hour clocks right over zones, holidays, daylight-saving nights",
    "I13": "a deadline moves only by a recorded cause",
    "I14": "import: rows in = created + updated + unchanged + rejected; resumable, repeatable",
    "I15": "a repeated POST is done once",
    "I16": "a side effect is intended if and only if its change committed; delivered at least once",
    "I17": "a poison row stops only itself",
    "I18": "nobody reads or writes what is not theirs",
    "I19": "after erasure no personal value is left anywhere",
    "I20": "merging loses nothing and can be undone; log–undo–log equals never having happened",
    "I21": "a dead webhook endpoint delays no other",
    "I22": "restore works",
    "I23": "turns are fair by weight, caps hold, nobody away gets a lead, every routing says why",
    "I24": "whoever opposes, or is on the suppression list, reaches nobody of sales by any door",
}
_seen: list[tuple[str, str, str, str]] = []


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "invariant(key, mutant=''): proves an invariant, or that a planted fault is caught"
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
        report.proves = [
            (mark.args[0], item.nodeid, mark.kwargs.get("mutant", "")) for mark in item.iter_markers("invariant")
        ]


def pytest_runtest_logreport(report):
    for key, test, mutant in getattr(report, "proves", ()):
        _seen.append((key, test, mutant, report.outcome))


def pytest_terminal_summary(terminalreporter, config):
    if "trust" not in (config.option.markexpr or "") or "not trust" in config.option.markexpr:
        return
    terminalreporter.section("invariants")
    for key, words in INVARIANTS.items():
        proofs = [one for one in _seen if one[0] == key]
        terminalreporter.line(f"{key:4} {words}" + ("" if proofs else ": NOT YET"))
        for (test, mutant), outcomes in _together(proofs).items():
            outcome = "passed" if set(outcomes) == {"passed"} else "failed" if "failed" in outcomes else "skipped"
            said = {"passed": "caught" if mutant else "holds", "failed": "NOT CAUGHT" if mutant else "BROKEN"}
            kind = f"mutant “{mutant}”" if mutant else "proof"
            times = f" (× {len(outcomes)})" if len(outcomes) > 1 else ""
            terminalreporter.line(
                f"       {said.get(outcome, outcome):10} {kind}: {test.removeprefix('tests/')}{times}"
            )


def _together(proofs) -> dict[tuple[str, str], list[str]]:
    """(test without its parameters, mutant) → outcomes."""
    found: dict[tuple[str, str], list[str]] = {}
    for _key, test, mutant, outcome in proofs:
        found.setdefault((test.partition("[")[0], mutant), []).append(outcome)
    return found

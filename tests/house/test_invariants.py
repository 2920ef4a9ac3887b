"""A proof that cannot fail proves nothing: whatever invariant has a proof also has a planted fault that it must catch."""

import ast
from collections import defaultdict

from tests.conftest import ROOT
from tests.trust_report import INVARIANTS

WITHOUT = {"I22"}  # a restore is compared with what was saved: there is no code of ours to plant a fault in


def marked() -> dict[str, list[str]]:
    """Invariant -> the planted faults named by the tests; "" stands for a proof."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.invariant":
                faults = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "mutant"]
                found[node.args[0].value].append(faults[0] if faults else "")
    return found


def test_every_invariant_with_a_proof_has_a_planted_fault_and_every_fault_a_proof():
    found = marked()
    assert set(found) <= set(INVARIANTS)
    assert {f"I{n}" for n in range(1, 21)} <= set(found)
    assert [key for key, faults in found.items() if not any(faults) and key not in WITHOUT] == []
    assert [key for key, faults in found.items() if "" not in faults] == []

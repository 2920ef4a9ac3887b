PERSONAL: set[str] = set()
NEUTRAL = {
    "contract.name", "termsdraft.body", "terms.body", "clause.key", "clause.side", "clause.kind", "clause.unit",
    "clause.params", "clock.clause_key", "clock.state", "termsreview.outcome",
}  # fmt: skip

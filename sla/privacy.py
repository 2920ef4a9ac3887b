PERSONAL: set[str] = set()
NEUTRAL = {
    "contract.name", "termsdraft.body", "terms.body", "clause.key", "clause.side", "clause.kind", "clause.unit",
    "clause.params", "clock.clause_key", "clock.state", "monthsum.what", "monthsum.days", "clockblock.counts", "clausesplit.what", "clausesplit.basis", "clausesplit.parts",
    "pause.reason", "waiver.clause_key", "waiver.side", "waiver.reason", "waiverreason.code", "waiverreason.label_en", "waiverreason.label_fr", "waiveranswer.kind", "escalation.clause_key", "termsreview.outcome",
}  # fmt: skip

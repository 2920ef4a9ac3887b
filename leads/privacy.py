PERSONAL = {
    "lead.email", "lead.first_name", "lead.last_name", "lead.phone", "lead.function", "lead.attributes",
    "company.attributes", "deal.title", "deal.attributes", "visitor.key", "leadkey.key", "attributechange.value",
    "eventpayload.properties", "eventdetail.properties", "attemptnote.text", "importrow.raw", "importrow.errors",
    "consentproof.source", "consentproof.text", "notetext.text", "erasureproposal.reason",
    "leadwords.words", "word.word",
}  # fmt: skip
NEUTRAL = {
    "lead.country", "lead.source", "lead.stage", "company.name", "company.domain", "company.industry",
    "company.country", "campaign.key", "campaign.name", "campaign.channel", "campaign.attributes", "deal.key",
    "deal.state", "deal.reason", "eventkey.key", "eventkey.body_hash", "event.kind", "event.name", "event.page",
    "event.form", "attributechange.subject", "attributechange.field", "attributechange.source", "attempt.channel",
    "attempt.outcome", "dealcontact.role", "spend.label", "plannedcost.label", "timespent.label", "timespent.side", "hourlyrate.side", "linkrules.body", "campaign.level", "correction.subject", "correction.reason",
    "handoffrules.contract", "handoffrules.body", "qualification.cause", "qualification.grade", "hold.reason",
    "handoff.gate", "handoff.grade", "stagemove.from_stage", "stagemove.to_stage", "stagemove.cause",
    "assignment.how", "assignment.reason", "decision.kind", "decision.reason", "decision.evidence",
    "score.grade", "score.track", "scorehistory.grade", "scorehistory.track",
    "handoffstate.state", "handoffstate.first_decision", "handoffstate.reason", "handoffstate.due_label",
    "source.name", "import.kind", "import.filename", "import.sha256", "import.mapping", "import.state",
    "import.report", "import.signature", "rememberedmapping.kind", "rememberedmapping.signature",
    "rememberedmapping.mapping", "importrow.outcome", "importfact.subject", "importtouched.subject", "listitem.list", "listitem.key",
    "listitem.values", "eventdetail.part", "behaviour.key", "behaviour.filter", "pool.name", "pool.rules",
    "reasoncode.code", "reasoncode.family", "reasoncode.label_en", "reasoncode.label_fr", "reasoncode.next",
    "mergesuggestion.reasons", "mergesuggestion.state", "retentionrule.purpose", "erasureproposal.purpose", "erasureproposal.state",
    "remark.kind", "remark.side", "disagreement.criterion", "disagreement.reason", "disagreement.grade", "answer.kind",
    "consent.kind", "consent.purpose", "consent.channel", "consent.basis",
    "replay.kind", "replay.digest", "replay.body", "replay.state", "suppressionkey.fingerprint", "refusedarrival.way",
    "suppression.key", "suppression.origin",  # a keyed hash: what is left of an address, so that it stays suppressed
}  # fmt: skip

PERSONAL = {"comment.text", "interviewwords.source", "interviewwords.quote"}
NEUTRAL = {
    "fielddef.subject", "fielddef.name", "fielddef.key", "fielddef.type", "fielddef.column", "fielddef.label_en",
    "fielddef.label_fr", "fielddef.article_fr", "fielddef.choices", "fielddef.listing",
    "persona.name", "personaversion.story", "personaversion.rules",
    "personadraft.name", "personadraft.story", "personadraft.rules", "personadraft.step", "interviewback.reason",
    "definitionline.name", "definitiondraft.body", "definitiondraft.history", "definitionversion.body",
    "comment.place", "comment.quote", "comment.side", "eventkind.kind", "glossaryterm.key", "glossaryterm.body", "glossaryversion.terms",
}  # fmt: skip

PERSONAL = {"sentform.answer", "savedview.query", "exportfile.address"}
NEUTRAL = {
    "sentform.key", "sentform.body_hash", "savedview.table", "savedview.name", "listhabit.table", "listhabit.columns",
    "exportfile.name", "exportfile.title", "exportfile.verb", "exportfile.subject", "exportfile.format", "exportfile.language",
    "exportfile.standing", "exportfile.secret", "exportfile.state", "exportfile.error",
}  # fmt: skip

PERSONAL = {"sentform.answer", "savedview.query"}
NEUTRAL = {
    "sentform.key", "sentform.body_hash", "savedview.table", "savedview.name", "listhabit.table", "listhabit.columns",
}  # fmt: skip

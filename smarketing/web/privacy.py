PERSONAL = {"sentform.answer"}
NEUTRAL = {"sentform.key", "sentform.body_hash"}

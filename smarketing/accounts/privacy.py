PERSONAL = {"user.email", "user.name", "user.password"}
NEUTRAL = {
    "user.side", "user.role", "user.language", "user.theme", "team.name", "team.side", "token.kind", "token.name",
    "token.prefix", "token.sha256", "token.scopes", "auditentry.verb", "auditentry.subject", "auditentry.detail",
}  # fmt: skip

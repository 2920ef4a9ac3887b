PERSONAL = {"user.email", "user.name", "user.password", "invitation.email", "counter.value", "counter.cache_key"}
NEUTRAL = {
    "user.side", "user.role", "user.language", "user.theme", "team.name", "team.side", "token.kind", "token.name",
    "invitation.role", "invitation.side",
    "invitation.language", "invitation.sha256", "signinrule.second_factor", "token.prefix", "token.sha256", "token.scopes", "auditentry.verb", "auditentry.subject", "auditentry.detail",
}  # fmt: skip

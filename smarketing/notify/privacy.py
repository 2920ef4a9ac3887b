PERSONAL = {"mail.address", "mail.subject", "mail.text", "mail.page", "mail.sealed"}
NEUTRAL = {"mail.kind", "mail.language", "mail.state"}

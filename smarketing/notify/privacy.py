PERSONAL = {"mail.address", "mail.subject", "mail.text", "mail.page", "mail.sealed"}
NEUTRAL = {
    "digestsent.kind", "mail.off", "mail.picture", "mail.kind", "mail.language", "mail.state",
    "notice.kind", "notice.about", "notice.params", "notice.mail", "noticechoice.kind", "noticechoice.mail",
}  # fmt: skip

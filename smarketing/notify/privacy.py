PERSONAL = {"mail.address", "mail.subject", "mail.text", "mail.page", "mail.sealed"}
NEUTRAL = {
    "mail.kind", "mail.language", "mail.state",
    "notice.kind", "notice.about", "notice.params", "notice.mail", "noticechoice.kind", "noticechoice.mail",
}  # fmt: skip

PERSONAL: set[str] = set()
NEUTRAL = {
    "bookclose.figures", "bookclose.sha256", "bookreopen.reason", "publishedsum.edition", "publishedsum.measure",
    "publishedsum.dims", "publishedsum.body", "pointer.name", "pointer.edition",
    "attributionsettings.body",
}  # fmt: skip

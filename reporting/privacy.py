PERSONAL: set[str] = set()
NEUTRAL = {
    "bookclose.figures", "bookclose.sha256", "bookreopen.reason", "publishedsum.edition", "publishedsum.measure",
    "publishedsum.dims", "publishedsum.body", "bookshown.clauses", "pointer.name", "pointer.edition",
}  # fmt: skip

PERSONAL: set[str] = set()
NEUTRAL = {
    "installation.kind",
    "installation.company",
    "installation.zone",
    "installation.currency",
    "installation.country",
    "installation.language",
    "installation.languages_off",
}

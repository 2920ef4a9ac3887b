"""What people, companies and campaigns of the demo are called. All of them are invented; domains end in .example."""

from dataclasses import dataclass

FIRST_NAMES = (
    "Marie", "Paul", "Ana", "Karim", "Julien", "Camille", "Léo", "Chloé", "Hugo", "Manon", "Louis", "Emma", "Nina", "Adam",
    "Sarah", "Lucas", "Inès", "Gabriel", "Jade", "Raphaël", "Louise", "Arthur", "Alice", "Jules", "Zoé", "Maël", "Élise",
    "Noé", "Océane", "Victor", "Clara", "Simon", "Agathe", "Samir", "Yasmine", "Théo", "Margaux", "Bastien", "Fatou", "Éric",
)  # fmt: skip
LAST_NAMES = (
    "Dubois", "Nguyen", "Silva", "Benali", "Martin", "Bernard", "Petit", "Robert", "Richard", "Durand", "Moreau", "Laurent",
    "Simon", "Michel", "Lefebvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard", "Bonnet", "Dupont",
    "Lambert", "Fontaine", "Rousseau", "Vincent", "Muller", "Lefèvre", "Faure", "André", "Mercier", "Blanc", "Guérin",
    "Boyer", "Garnier", "Chevalier", "François", "Legrand", "Gauthier", "Perrin", "Robin", "Clément", "Morin", "Nicolas",
    "Henry", "Roussel", "Mathieu", "Gautier", "Masson", "Marchand", "Duval", "Denis", "Dumont", "Marie", "Lemaire", "Noël",
)  # fmt: skip
COMPANY_STEMS = (
    "Acme", "Orféo", "Vela", "Solvo", "Nord", "Altea", "Brume", "Cobalt", "Delta", "Estran", "Fabrica", "Galion", "Hélio",
    "Iris", "Jade", "Kéa", "Lumen", "Mistral", "Nova", "Opale", "Prisme", "Quartz", "Ressac", "Sillage", "Tandem", "Ultra",
    "Vertige", "Zénith", "Argile", "Boréal", "Cadence", "Dune",
)  # fmt: skip
COMPANY_TAILS = ("Conseil", "Industrie", "Services", "Logiciels", "Santé", "Énergie", "Transport", "Distribution", "Habitat", "Études")  # fmt: skip
INDUSTRIES = ("Software", "Services", "Manufacturing", "Retail", "Health", "Education", "Public sector", "Construction")
INDUSTRY_ODDS = (0.22, 0.2, 0.18, 0.13, 0.09, 0.07, 0.06, 0.05)
COUNTRIES = ("FR", "BE", "CH", "DE", "GB")
COUNTRY_ODDS = (0.78, 0.09, 0.05, 0.04, 0.04)
LANDING_PAGES = ("/guide-sla", "/demo", "/webinar", "/pricing", "/blog/alignment")


@dataclass(frozen=True)
class Buyer:
    """A persona: `share` of the leads outside campaigns, chance to show intent."""

    key: str
    name: str
    functions: tuple[str, ...]
    share: float
    intent: float
    negative: bool = False


BUYERS = (
    Buyer("claire", "Claire", ("Head of Marketing", "Marketing Manager", "CMO"), 0.22, 0.27),
    Buyer("paul", "Paul", ("Managing Director", "Founder", "CEO"), 0.17, 0.25),
    Buyer("nadia", "Nadia", ("Head of Sales", "Sales Director"), 0.15, 0.25),
    Buyer("student", "Student", ("Student", "Intern"), 0.1, 0.16, negative=True),
    Buyer("", "", ("Developer", "Accountant", "HR Manager", "Consultant", "Office Manager"), 0.36, 0.085),
)


# A persona beside the buyers, last in the agreed order: of some of their people, too, and asked for by five rules at once.
GROWING = "margaux"
GROWING_RULES = {
    "all": [
        {
            "field": "lead.function",
            "op": "one_of",
            "value": ["Head of Marketing", "CMO", "Founder", "CEO", "Consultant"],
        },
        {"field": "company.employees", "op": "between", "value": [50, 500]},
        {"field": "company.industry", "op": "one_of", "value": ["Software", "Services"]},
        {"field": "lead.country", "op": "one_of", "value": ["FR", "BE", "CH"]},
        {"field": "lead.phone", "op": "is_set"},
    ]
}


@dataclass(frozen=True)
class Campaign:
    """`months`: months of activity counted from the first (None: always); `share` of the leads of those months;
    `cost` a day; `buyers`: odds of the personas; `intent`: factor on the chance to show intent."""

    key: str
    name: str
    channel: str
    source: str
    share: float
    cost: float
    months: tuple[int, ...] | None = None
    days: tuple[int, int] = (1, 31)
    buyers: tuple[float, ...] = (0.22, 0.17, 0.15, 0.1, 0.36)
    intent: float = 1.0


CAMPAIGNS = (
    Campaign("search", "Search ads", "search", "paid search", 0.15, 140, buyers=(0.26, 0.2, 0.18, 0.05, 0.31), intent=1.1),
    Campaign("display", "Display banners", "display", "display", 0.06, 95, buyers=(0.08, 0.07, 0.05, 0.3, 0.5), intent=0.15),
    Campaign("social", "Social ads", "social", "social", 0.09, 60, buyers=(0.24, 0.12, 0.14, 0.12, 0.38)),
    Campaign(
        "webinar", "Webinar: SLA in practice", "webinar", "webinar", 0.07, 45, (1, 4, 7, 10, 13, 16), (5, 20),
        (0.36, 0.14, 0.26, 0.04, 0.2), 1.4,
    ),
    Campaign(
        "fair", "Salon Lyon", "event", "trade show", 0.5, 1200, (4, 16), (12, 15), (0.2, 0.34, 0.22, 0.03, 0.21), 1.25
    ),
    Campaign(
        "guide", "Student guide", "content", "content", 0.06, 18, tuple(range(3, 15)), (1, 31), (0.08, 0.05, 0.05, 0.6, 0.22),
        0.8,
    ),
    Campaign("partners", "Partner letter", "email", "partner", 0.05, 22, tuple(range(0, 18, 2)), (8, 24)),
    Campaign("abm", "Fifty accounts", "email", "outbound", 0.03, 70, tuple(range(6, 18)), (1, 31), (0.3, 0.34, 0.28, 0.0, 0.08), 1.5),
)  # fmt: skip
OTHER_SOURCES = ("organic search", "direct", "referral", "newsletter")
OTHER_ODDS = (0.5, 0.22, 0.16, 0.12)

PAGES = (
    "/", "/features", "/blog/alignment", "/blog/sla-template", "/blog/lead-scoring", "/about", "/integrations",
    "/customers/acme", "/customers/orfeo", "/pricing", "/pricing/team",
)  # fmt: skip
PAGE_ODDS = (0.2, 0.17, 0.14, 0.12, 0.11, 0.08, 0.07, 0.035, 0.035, 0.03, 0.01)
PRICING, STORIES = (9, 10), (7, 8)
KINDS = ("page", "mail_open", "mail_click", "form", "webinar", "demo", "unsubscribe", "download")
KIND = {name: number for number, name in enumerate(KINDS)}
NAMES = ("", "Monthly letter", "SLA in practice", "Product tour")
FORMS = ("", "newsletter", "guide", "demo request")

TEAMS = (("Demand", "marketing"), ("France", "sales"))
# (first part of the address, name, position, team, signs, language)
PEOPLE = (
    ("claire", "Claire Rousseau", "manager-marketing", "Demand", True, "en"),
    ("hugo", "Hugo Marchand", "manager-sales", "France", True, "en"),
    ("ines", "Inès Faure", "marketer", "Demand", False, "en"),
    ("thomas", "Thomas Leroy", "marketer", "Demand", False, "fr"),
    ("lea", "Léa Moreau", "rep", "France", False, "en"),
    ("karim", "Karim Haddad", "rep", "France", False, "fr"),
    ("julie", "Julie Perrin", "rep", "France", False, "fr"),
    ("antoine", "Antoine Girard", "rep", "France", False, "en"),
    ("sofia", "Sofia Costa", "rep", "France", False, "en"),
    ("marc", "Marc Dubreuil", "rep", "France", False, "fr"),
    ("alex", "Alex Martin", "administrator", "", False, "en"),
    ("nora", "Nora Lind", "viewer", "", False, "en"),
)
DEMO_REP = "lea"
COMPANY = "Beaumont"
PASSWORD = "smarketing-demo"
NOTES = (
    "Wants figures for forty users.", "Asks to be called back after the board.", "Voicemail full.", "Good talk, sends the brief.",
    "Compares with one other supplier.", "Will come to the next webinar.", "Budget decided in spring.",
)  # fmt: skip

# What sales would rather say under "reached" than what both sides signed; waits in the draft of the glossary.
REACHED = {
    "en": "An attempt in which both sides spoke, by voice or in writing; a voicemail is none.",
    "fr": "Une tentative où les deux côtés ont échangé, de vive voix ou par écrit ; un message vocal n’en est pas une.",
}

"""What the demo's people wrote about their personas, in both languages: (English, French) by persona and part."""

TOLD: dict[str, dict[str, tuple[str, str]]] = {
    "claire": {
        "role": (
            "Head of marketing. Leads a team of four, reports pipeline to the board every month.",
            "Directrice marketing. Encadre une équipe de quatre personnes et rend compte chaque mois au comité de direction.",
        ),
        "objectives": (
            "Prove which campaigns bring customers.",
            "Prouver quelles campagnes apportent des clients.",
        ),
        "challenges": (
            "Two hours a week of reporting; sales says the leads are no good.",
            "Deux heures de tableaux par semaine ; les commerciaux disent que les leads ne valent rien.",
        ),
        "company": ("Software or services, 50 to 500 people.", "Logiciel ou services, de 50 à 500 personnes."),
        "sources": ("Two newsletters, webinars, former colleagues.", "Deux lettres d’information, des webinaires, d’anciens collègues."),
        "quotes": ("I am asked for figures that nobody believes.", "On me demande des chiffres auxquels personne ne croit."),
        "objections": (
            "Budget is decided in spring. → Start with one campaign, without a budget of its own.",
            "Le budget se décide au printemps. → Commencer par une campagne, sans budget propre.",
        ),
        "avoid": ("Prices by mail before a first talk.", "Envoyer un prix par e-mail avant un premier échange."),
        "message": ("Know what became of every lead.", "Savoir ce qu’est devenu chaque lead."),
        "pitch": ("Show the closed loop on her own campaigns.", "Montrer la boucle fermée sur ses propres campagnes."),
    },
    "paul": {
        "role": (
            "Managing director. Runs a company of eighty people and still calls customers himself.",
            "Dirigeant. À la tête d’une entreprise de quatre-vingts personnes, il appelle encore lui-même des clients.",
        ),
        "objectives": ("Grow without hiring.", "Croître sans recruter."),
        "challenges": ("Leads wait for days before anybody calls.", "Les leads attendent des jours avant le premier appel."),
        "company": ("Industry or services, 10 to 200 people.", "Industrie ou services, de 10 à 200 personnes."),
        "quotes": ("Who called them back?", "Qui les a rappelés ?"),
        "objections": (
            "No time for another tool. → The queue replaces the spreadsheet of Monday.",
            "Pas le temps pour un outil de plus. → La liste « À traiter » remplace le tableau du lundi.",
        ),
        "message": ("A promise to every lead, and proof that it is kept.", "Une promesse à chaque lead, et la preuve qu’elle est tenue."),
        "pitch": ("Start with the contract: who promises what.", "Commencer par le contrat-cadre : qui s’engage à quoi."),
    },
    "nadia": {
        "role": ("Head of sales. Eleven reps in three cities.", "Directrice commerciale. Onze commerciaux dans trois villes."),
        "objectives": ("Fewer leads, better ones.", "Moins de leads, mais de meilleurs."),
        "challenges": ("Reps call students and competitors.", "Les commerciaux appellent des étudiants et des concurrents."),
        "company": ("A sales team of ten and more.", "Une équipe commerciale de dix personnes ou plus."),
        "quotes": ("Show me why this one is warm.", "Montrez-moi pourquoi celui-ci est mûr."),
        "objections": (
            "Reps will not log calls. → One key per outcome.",
            "Les commerciaux ne noteront pas leurs appels. → Une touche par résultat.",
        ),
        "message": ("Both sides sign what an MQL is.", "Les deux côtés signent ce qu’est un MQL."),
        "pitch": ("Read the definition together, on ten leads of hers.", "Relire la définition ensemble, sur dix de ses leads."),
    },
    "student": {
        "role": (
            "Writes a thesis on marketing; reads everything, buys nothing.",
            "Rédige un mémoire de marketing ; lit tout, n’achète rien.",
        ),
        "message": ("Point to the library; do not hand over to sales.", "Renvoyer vers la documentation ; ne pas transmettre à l’équipe commerciale."),
    },
}  # fmt: skip


def story(key: str) -> dict[str, str]:
    """The story of a persona as a version keeps it: English parts, and the same for French readers."""
    parts = TOLD[key]
    return {name: english for name, (english, _french) in parts.items()} | {
        f"{name}@fr": french for name, (_english, french) in parts.items()
    }

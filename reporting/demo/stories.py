"""What the demo's people wrote about their personas, in both languages: (English, French) by persona and question of the
template; and the interviews on which they stand."""

from dataclasses import dataclass

from personas.criteria.words import french_spaces

TOLD: dict[str, dict[str, tuple[str, str]]] = {
    "claire": {
        "role": (
            "Head of marketing. Leads a team of four, reports pipeline to the board every month.",
            "Directrice marketing. Encadre une équipe de quatre personnes et rend compte chaque mois au comité de direction.",
        ),
        "role.job": ("Head of marketing, sometimes CMO: she decides, and still writes texts herself.", "Directrice marketing : elle décide, et rédige encore elle-même."),
        "role.measured": ("Leads handed to sales, and the revenue that came of them.", "Les leads transmis, et le chiffre d’affaires qui en est issu."),
        "role.day": (
            "Mornings in meetings, campaigns after lunch, the monthly report on the last Friday evening.",
            "Le matin en réunion, les campagnes l’après-midi, le rapport mensuel le dernier vendredi soir.",
        ),
        "role.skills": ("Texts, campaigns, budget. Leaves formulas to others.", "Rédaction, campagnes, budget. Laisse les formules à d’autres."),
        "role.tools": ("A mailing tool, an event page, and one spreadsheet too many.", "Un outil d’e-mailing, une page d’événements, et un tableur de trop."),
        "role.reports": ("Reports to the managing director; manages four marketers.", "Rend compte au dirigeant ; encadre quatre marketeurs."),
        "objectives": ("Prove which campaigns bring customers.", "Prouver quelles campagnes apportent des clients."),
        "objectives.responsible": ("Campaigns, events, website, and the number of leads handed over.", "Campagnes, événements, site web, et le nombre de leads transmis."),
        "objectives.success": ("Sales ask for more of her leads.", "Les commerciaux redemandent de ses leads."),
        "challenges": (
            "Two hours a week of reporting; sales says the leads are no good.",
            "Deux heures de tableaux par semaine ; les commerciaux disent que les leads ne valent rien.",
        ),
        "challenges.biggest": ("She never learns what became of a lead.", "Elle ne sait jamais ce qu’un lead est devenu."),
        "challenges.overcome": ("Asks each rep at the coffee machine.", "Elle demande à chaque commercial à la machine à café."),
        "company": ("Software or services, 50 to 500 people.", "Logiciel ou services, de 50 à 500 personnes."),
        "company.industry": ("Sells to other companies; the sale takes three months.", "Vend à d’autres entreprises ; une vente dure trois mois."),
        "company.size": ("50 to 500 people, eight of them in sales.", "De 50 à 500 personnes, dont huit commerciaux."),
        "company.revenue": ("5 to 60 million euros a year.", "De 5 à 60 millions d’euros par an."),
        "sources": ("Two newsletters, webinars, former colleagues.", "Deux lettres d’information, des webinaires, d’anciens collègues."),
        "sources.networks": ("LinkedIn in the train; a group of heads of marketing every quarter.", "LinkedIn dans le train ; un cercle de directrices marketing chaque trimestre."),
        "background": ("Fifteen years in marketing, the last six in charge.", "Quinze ans de marketing, dont six comme responsable."),
        "background.education": ("Business school.", "École de commerce."),
        "buying": ("Compares three vendors, decides with sales.", "Compare trois fournisseurs, décide avec les commerciaux."),
        "buying.contact": ("A short mail on Tuesday, then a call.", "Un e-mail court le mardi, puis un appel."),
        "buying.research": ("Reads two customer stories before she fills in a form.", "Lit deux témoignages de clients avant de remplir un formulaire."),
        "buying.journey": ("Her managing director signs above 10,000 euros; six weeks.", "Au-delà de 10 000 euros, le dirigeant signe ; six semaines."),
        "quotes": ("I am asked for figures that nobody believes.", "On me demande des chiffres auxquels personne ne croit."),
        "objections": (
            "Budget is decided in spring. → Start with one campaign, without a budget of its own.\nSales will never use it. → Their queue replaces their own list.",
            "Le budget se décide au printemps. → Commencer par une campagne, sans budget propre.\nLes commerciaux ne s’en serviront jamais. → « À traiter » remplace leur propre liste.",
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
        "role.job": ("Founder, or heir of the founder.", "Fondateur, ou héritier du fondateur."),
        "role.measured": ("Orders on hand, and cash at the end of the quarter.", "Le carnet de commandes, et la trésorerie en fin de trimestre."),
        "role.day": ("In the workshop at eight, with customers by eleven, figures in the evening.", "À l’atelier à huit heures, chez des clients à onze, les chiffres le soir."),
        "objectives": ("Grow without hiring.", "Croître sans recruter."),
        "objectives.success": ("Two more good customers a quarter.", "Deux bons clients de plus par trimestre."),
        "challenges": ("Leads wait for days before anybody calls.", "Les leads attendent des jours avant le premier appel."),
        "challenges.overcome": ("He calls them himself, when he thinks of it.", "Il les appelle lui-même, quand il y pense."),
        "company": ("Industry or services, 10 to 200 people.", "Industrie ou services, de 10 à 200 personnes."),
        "company.size": ("10 to 200 people, two or three of them in sales.", "De 10 à 200 personnes, dont deux ou trois commerciaux."),
        "sources": ("His accountant, the chamber of commerce, other founders.", "Son expert-comptable, la chambre de commerce, d’autres dirigeants."),
        "sources.associations": ("The trade fair of his branch, every March.", "Le salon de sa profession, chaque mois de mars."),
        "background": ("An engineer who learned to sell.", "Un ingénieur qui a appris à vendre."),
        "buying": ("Decides alone, within a week, on trust.", "Décide seul, en une semaine, à la confiance."),
        "buying.contact": ("By telephone, before nine or after six.", "Par téléphone, avant neuf heures ou après dix-huit heures."),
        "buying.recent": ("A new quoting tool: bought after one visit to a neighbour who had it.", "Un outil de devis : acheté après une visite chez un voisin qui l’avait."),
        "quotes": ("Who called them back?", "Qui les a rappelés ?"),
        "objections": (
            "No time for another tool. → The queue replaces the spreadsheet of Monday.",
            "Pas le temps pour un outil de plus. → La liste « À traiter » remplace le tableau du lundi.",
        ),
        "message": ("A promise to every lead, and proof that it is kept.", "Une promesse à chaque lead, et la preuve qu’elle est tenue."),
        "pitch": ("Start with the contract: who promises what.", "Commencer par le contrat-cadre : qui s’engage à quoi."),
    },
    "nadia": {
        "role": ("Head of sales. Eleven reps in three cities.", "Directrice commerciale. Onze commerciaux dans trois villes."),
        "role.measured": ("Her quota, and the forecast she gave for it.", "Son objectif de vente, et la prévision qu’elle en a donnée."),
        "role.day": ("Calls with two reps each morning; on the road on Thursdays.", "Deux commerciaux au téléphone chaque matin ; sur la route le jeudi."),
        "objectives": ("Fewer leads, better ones.", "Moins de leads, mais de meilleurs."),
        "objectives.responsible": ("The quota, the reps, and what the forecast says.", "L’objectif, les commerciaux, et ce que dit la prévision."),
        "challenges": ("Reps call students and competitors.", "Les commerciaux appellent des étudiants et des concurrents."),
        "challenges.overcome": ("Each rep sorts the list by feeling.", "Chaque commercial trie la liste au feeling."),
        "company": ("A sales team of ten and more.", "Une équipe commerciale de dix personnes ou plus."),
        "sources": ("Other heads of sales, and what her reps bring back.", "D’autres directeurs commerciaux, et ce que rapportent ses équipes."),
        "buying": ("Tries it with two reps before she says yes.", "L’essaie avec deux commerciaux avant de dire oui."),
        "buying.contact": ("A call. Never a newsletter.", "Un appel. Jamais une lettre d’information."),
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
            "Rédige un mémoire de marketing ; lit tout, n’achète rien.",
        ),
        "objectives": ("A good mark, and an internship.", "Une bonne note, et un stage."),
        "challenges": ("Downloads every guide, so that activity alone looks like interest.", "Télécharge tous les guides, si bien que son activité passe pour de l’intérêt."),
        "company": ("A school or a university; sometimes the first job as an intern.", "Une école ou une université ; parfois un premier stage."),
        "sources": ("Webinars, guides, the blog: all of it.", "Webinaires, guides, blog : tout."),
        "message": ("Point to the library; do not hand over to sales.", "Renvoyer vers la documentation ; ne pas transmettre à l’équipe commerciale."),
    },
    "margaux": {
        "role": (
            "Builds the first marketing of a company that doubles every year, as its founder, its head of marketing or a consultant.",
            "Bâtit le premier marketing d’une entreprise qui double chaque année, comme fondatrice, directrice marketing ou consultante.",
        ),
        "role.measured": ("New customers this quarter, and what each of them cost.", "Les nouveaux clients du trimestre, et ce que chacun a coûté."),
        "objectives": ("A way of selling that works without her.", "Une façon de vendre qui fonctionne sans elle."),
        "challenges": ("Every rep does it in a way of their own, and nobody writes it down.", "Chaque commercial fait à sa manière, et personne ne l’écrit."),
        "company": ("Software or services, 50 to 500 people, twice as many as two years ago.", "Logiciel ou services, de 50 à 500 personnes, deux fois plus qu’il y a deux ans."),
        "buying": ("Decides within two weeks, after a trial with her own data.", "Décide en deux semaines, après un essai avec ses propres données."),
        "objections": ("We have no time for a project. → The first list is imported in an hour.", "Nous n’avons pas le temps d’un projet. → La première liste s’importe en une heure."),
        "message": ("Write down what works while there are ten of you, not fifty.", "Écrire ce qui marche tant que vous êtes dix, pas cinquante."),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Talk:
    """An interview of the demo: `days` before the personas were written; `by` a person of the demo."""

    persona: str
    days: int
    by: str
    source: str
    quote: str = ""


TALKS = (
    Talk("claire", 20, "ines", "Directrice marketing, éditeur de logiciels, 140 personnes", "On me demande des chiffres auxquels personne ne croit."),
    Talk("claire", 14, "hugo", "Responsable marketing, société de services, 60 personnes", "Je transmets des leads et je n’en entends plus parler."),
    Talk("paul", 17, "lea", "Dirigeant, mécanique de précision, 80 personnes", "Qui les a rappelés ?"),
    Talk("nadia", 9, "ines", "Directrice commerciale, services, onze commerciaux"),
)  # fmt: skip


def story(key: str) -> dict[str, str]:
    """The story of a persona as a version keeps it: each text in English and in French."""
    return {
        f"{name}@{code}": french_spaces(text) if code == "fr" else text
        for name, pair in TOLD[key].items()
        for code, text in zip(("en", "fr"), pair, strict=True)
    }

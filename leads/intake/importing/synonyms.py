"""Headers that other systems write, and what they mean here. A header not found becomes a custom attribute.

HubSpot labels, Salesforce names and report labels, Marketo names and French words; compared without case, accents,
punctuation and spaces.
"""

import re
import unicodedata

_CONSENT = {
    "consent.said": "Consent|Consentement|Opt-in|GDPR consent|Marketing consent|Consentement marketing|Privacy Consent Status"
    "|Marketing contact status|hs_marketable_status",
    "consent.basis": "Legal basis for processing contact's data|hs_legal_basis|Legal basis|Base légale|Base juridique",
    "consent.purpose": "Consent purpose|Data use purpose|Finalité|Finalité du consentement",
    "consent.channel": "Consent channel|Capture Contact Point Type|Canal du consentement",
    "consent.at": "Consent date|Consent given on|Consent timestamp|Capture Date|Effective From|Date du consentement|Consentement donné le",
    "consent.withdrawn": "Consent withdrawn on|Consent withdrawal date|Date de retrait du consentement|Consentement retiré le",
    "consent.source": "Consent source|Capture Source|Source du consentement|Origine du consentement",
    "consent.proof": "Consent text|Consent proof|Proof of consent|Preuve du consentement|Texte du consentement",
}
_LEADS = {
    "key": "Record ID|Lead ID|Contact ID|Id|Lead Id|mql_id|Identifiant|Référence|External ID|customer_id",
    "created": "Create Date|Created Date|CreatedDate|created_at|createdate|Date de création|Créé le|first_contact_date",
    "mql": "Became MQL on|Became a Marketing Qualified Lead Date|hs_lifecyclestage_marketingqualifiedlead_date|MQL date"
    "|Date entered Marketing Qualified Lead (Lifecycle Stage Pipeline)|hs_v2_date_entered_marketingqualifiedlead"
    "|Date de passage en MQL|Devenu MQL le|Date d'entrée en Lead qualifié par le marketing",
    "lead.email": "Email|E-mail|Email Address|Adresse e-mail|Courriel|Mail",
    "lead.first_name": "First Name|FirstName|Prénom",
    "lead.last_name": "Last Name|LastName|Surname|Nom|Nom de famille",
    "lead.phone": "Phone Number|Phone|Mobile Phone|Téléphone|Portable",
    "lead.function": "Job Title|Title|JobTitle|Fonction|Poste|Intitulé du poste",
    "lead.country": "Country/Region|Country|Pays|Pays/Région",
    "lead.source": "Original Source|Lead Source|LeadSource|Source|Source d'origine|Origine|origin",
    "lead.birth_date": "Date of birth|Birthdate|Birthday|Date de naissance",
    "lead.opted_out": "Unsubscribed from all email|hs_email_optout|HasOptedOutOfEmail|Email Opt Out|Unsubscribed|HasOptedOutSolicit"
    "|Do Not Contact|Opposition|Désabonné|Désinscrit|Ne pas contacter",
    "company.name": "Company Name|Company|Company / Account|Account Name|Associated Company|Société|Entreprise|Raison sociale",
    "company.domain": "Website URL|Website|Company Domain Name|Domain|Site web|Domaine",
    "company.industry": "Industry|Secteur|Secteur d'activité",
    "company.employees": "Number of Employees|NumberOfEmployees|Employees|No. of Employees|Effectif",
    "campaign": "Campaign|Campaign ID|utm_campaign|Campagne",
    **_CONSENT,
    "modified": "Last Modified Date|hs_lastmodifieddate|LastModifiedDate|updated_at|Dernière modification",
    "deleted": "is_deleted|IsDeleted|_fivetran_deleted|Supprimé",
}
_DELETED = {"deleted": _LEADS["deleted"]}
_PEOPLE = {
    "lead": "Lead ID|Contact ID|customer_id|lead_id|contact_id|mql_id|Record ID|who_id|Identifiant",
    "lead_email": "Email|E-mail|Email Address|recipient|Adresse e-mail|Courriel",
    "lead_name": "Full Name|Contact Name|Lead Name|Associated Contact|Contact|Lead|Nom complet|Nom du lead|Contact associé",
    "lead_first_name": "First Name|FirstName|Prénom",
    "lead_last_name": "Last Name|LastName|Surname|Nom|Nom de famille",
    "lead_company": "Company Name|Company|Company / Account|Account Name|Associated Company|Société|Entreprise|Raison sociale",
    **_DELETED,
}
_WHEN = "time|timestamp|date|activity_date|created|Event date|Date|Horodatage|hs_timestamp|Completed Date|completed_date_time"
SYNONYMS: dict[str, dict[str, str]] = {
    "leads": _LEADS,
    "companies": {
        **{name: words for name, words in _LEADS.items() if name.startswith("company.")},
        "company.name": "Company Name|Account Name|account|Company|Société|Entreprise|Raison sociale|Name",
        "company.industry": "Industry|sector|Secteur|Secteur d'activité",
        "company.country": "Country/Region|Country|Billing Country|office_location|Pays|Pays/Région",
        "created": _LEADS["created"],
        **_DELETED,
    },
    "contacts": {
        **_PEOPLE,
        "deal": "deal_id|Deal ID|Opportunity ID|opportunity_id|Code de l'affaire",
        "role": "Role|Contact Role|Association Label|Rôle",
        "at": "created_date|Created Date|date|Date",
    },
    "attempts": {
        **_PEOPLE,
        "at": f"{_WHEN}|Activity Date|Created Date|createdate",
        "channel": "channel|task_subtype|type|call_object|Canal",
        "outcome": "outcome|Call outcome|call_disposition|disposition|Résultat",
        "rep": "rep|Assigned To|Assigned|Activity assigned to|Owner|Commercial en charge",
        "note": "note|notes|Comments|Call notes|Note|Commentaire",
    },
    "handoffs": {**_PEOPLE, "mql": _LEADS["mql"]},
    "optouts": {
        **_PEOPLE,
        **_CONSENT,
        "at": f"Unsubscribed on|Opted out on|{_WHEN}|Date d'opposition|Désinscrit le",
    },
    "merges": {
        "root": "canonical_vid|merged_into|lead_id|Master Record ID|Fiche conservée",
        "losers": "vid_to_merge|merge_ids|merged_id|Merged Record ID|Fiche fusionnée",
        "at": _WHEN,
    },
    "changes": {
        "lead": "contact_id|lead_id|Lead ID|Contact ID|Record ID",
        "deal": "deal_id|Deal ID|opportunity_id|Opportunity ID",
        "at": f"date_entered|{_WHEN}",
        "field": "name|field|property|Field / Event|Champ",
        "value": "value|new_value|New Value|Valeur",
    },
    "details": {"id": "id|event_id", "part": "part|category"},
    "products": {"item": "product|Product Name|Produit|Name"},
    "team": {"item": "sales_agent|rep|name|Commercial|Nom"},
    "stages": {
        "item": "stage_id|Stage ID|Stage Name|MasterLabel",
        "is_closed": "is_closed|IsClosed",
        "is_won": "closed_won|is_won|IsWon",
        **_DELETED,
    },
    "events": {
        **_PEOPLE,
        "at": _WHEN,
        "id": "id|event_id|message_id|messageId|conversion_id",
        "kind": "kind|type|interaction|event_type|Type|activity_type_id",
        "name": "name|event|event_name|Événement|title",
        "page": "page|url|page_url|link",
        "form": "form|form_id|form_name|Formulaire",
        "campaign": "campaign|campaign_id|email_campaign_id|utm_campaign|channel|Campagne",
    },
    "deals": {
        **_PEOPLE,
        "deal.key": "Deal ID|deal_id|Opportunity ID|opportunity_id|Record ID|id|seller_id|Code de l'affaire",
        "company.name": "account|Account Name|Company Name|Associated Company|Société|Entreprise",
        "stage": "deal_pipeline_stage_id|Stage ID",
        "is_closed": "is_closed|IsClosed",
        "is_won": "is_won|IsWon",
        **_DELETED,
        "created": "Create Date|Created Date|created_date|engage_date|Date d'ouverture",
        "closed": "Close Date|close_date|Closed Date|won_date|Date de clôture",
        "deal.state": "Deal Stage|deal_stage|Stage|State|StageName|Étape|État",
        "deal.amount": "Amount|close_value|Deal Amount|Montant",
        "deal.title": "Deal Name|Opportunity Name|name|Intitulé",
        "deal.reason": "Closed Lost Reason|Loss Reason|reason|Motif",
        "rep": "Deal owner|Opportunity Owner|Owner|Commercial en charge",
        "contacts": "Contacts|Associated Contacts",
    },
    "campaigns": {
        "campaign.key": "Campaign ID|campaign_id|key|id|Code",
        "campaign.name": "Campaign Name|campaign_name|Campaign|name|Campagne|Nom",
        "campaign.channel": "Channel|Type|category|Canal",
        "campaign.starts_on": "Start Date|start_date|starts_on|Début|Date de début",
        "campaign.ends_on": "End Date|end_date|ends_on|Fin|Date de fin",
        **_DELETED,
    },
    "spend": {
        "campaign": "campaign_name|Campaign|Campaign Name|campaign_id|Campagne",
        "day": "date|day|c_date|Jour|Date",
        "amount": "amount|spend|cost|mark_spent|Amount spent|Montant|Coût|Dépense",
        "label": "label|note|Libellé",
    },
}
# Columns that name a person of the source, and columns of our own rejected-rows file.
PEOPLE_COLUMNS = ("contactowner", "leadowner", "commercialencharge", "ownerid", "sdrid", "srid", "salesagent")
OURS = ("import_line", "import_reason")


def plain(header: str) -> str:
    """The header without case, accents, punctuation and spaces."""
    text = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", text.replace("property_", ""))


_TABLE = {
    kind: {plain(word): (rank, target) for target, words in table.items() for rank, word in enumerate(words.split("|"))}
    for kind, table in SYNONYMS.items()
}


def recognise(kind: str, headers: list[str]) -> dict[str, str]:
    """Target by header, each target given once, to the header that stands first in its list."""
    found: dict[str, tuple[int, int, str]] = {}
    for n, header in enumerate(headers):
        hit = _TABLE[kind].get(plain(header))
        if hit:
            rank, target = hit
            found[target] = min(found.get(target, (rank, n, header)), (rank, n, header))
    return {header: target for target, (_rank, _n, header) in found.items()}

"""What a file is, told from its headers: which rows it holds and which system wrote it. Pure, one table each.

A kind is a set of headers that must all be there (as `synonyms.plain` writes them); the first line that fits decides,
so narrow kinds stand before wide ones. Nothing that fits: the person says what the rows are.
"""

from collections.abc import Iterable

from .synonyms import OURS, plain

# kind, headers that must be there, headers that must not.
_SIGNS: tuple[tuple[str, str, str], ...] = (
    ("merges", "canonicalvid vidtomerge", ""),
    ("merges", "mergeids leadid", ""),
    ("merges", "mergedinto mergedid", ""),
    ("stages", "stageid isclosed", "dealid"),
    ("changes", "contactid name value timestamp", ""),
    ("changes", "dealid value dateentered", ""),
    ("contacts", "contactid dealid", "amount dealname"),
    ("contacts", "contactid opportunityid", "amount opportunityname"),
    ("contacts", "leadid dealid role", ""),
    ("details", "id category response", "recipient contactid leadid"),
    ("details", "id replyto subject", "recipient contactid leadid"),
    ("details", "id portalsubscriptionstatus", "recipient contactid leadid"),
    ("details", "id useragent browser", "recipient contactid leadid"),
    ("optouts", "activitydate formfields queryparameters leadid", ""),
    ("optouts", "unsubscribedon", "firstname lastname"),
    ("optouts", "optedouton", "firstname lastname"),
    ("optouts", "datedopposition", "prenom nom"),
    ("attempts", "engagementid type", ""),
    ("attempts", "whoid tasksubtype", ""),
    ("attempts", "whoid subject status", ""),
    ("attempts", "email channel outcome", ""),
    ("attempts", "leadid channel outcome", ""),
    ("attempts", "canal resultat", ""),
    ("attempts", "fullname channel outcome", ""),
    ("attempts", "contactname channel outcome", ""),
    ("attempts", "lastname channel outcome", ""),
    ("attempts", "contact companyaccount calloutcome", ""),
    ("attempts", "associatedcontact calloutcome", ""),
    ("attempts", "lead companyaccount assigned subject date", ""),
    ("attempts", "contact companyaccount assigned subject date", ""),
    ("events", "activitydate activitytypeid leadid", ""),
    ("events", "contactid formid timestamp", ""),
    ("events", "recipient type created", ""),
    ("events", "customerid time channel", ""),
    ("team", "salesagent manager", "dealid opportunityid"),
    ("products", "product salesprice", "dealid opportunityid"),
    ("products", "productname unitprice", "dealid opportunityid"),
    ("products", "produit prix", "dealid"),
    ("spend", "campaignname cdate markspent", ""),
    ("spend", "campaign date amount", ""),
    ("spend", "campaign date cost", ""),
    ("spend", "campaign day amount", ""),
    ("spend", "campaignname date spend", ""),
    ("spend", "campaignname day amountspent", ""),
    ("spend", "campagne date montant", ""),
    ("spend", "campagne jour cout", ""),
    ("campaigns", "id numincluded subtype", ""),
    ("campaigns", "id channel name workspace", ""),
    ("campaigns", "campaignname startdate", "email firstname"),
    ("campaigns", "campaignname type status", "email firstname"),
    ("campaigns", "campagne canal", "email"),
    ("handoffs", "leadid becamemqlon", "firstname email created"),
    ("handoffs", "email becamemqlon", "firstname lastname companyname"),
    ("handoffs", "recordid becameamarketingqualifiedleaddate", "firstname"),
    ("handoffs", "contactid becameamarketingqualifiedleaddate", "firstname"),
    ("handoffs", "id hslifecyclestagemarketingqualifiedleaddate", "firstname createdate email"),
    ("handoffs", "contactid hslifecyclestagemarketingqualifiedleaddate", "firstname"),
    ("handoffs", "nom societe devenumqlle", "courriel"),
    ("handoffs", "fullname companyname becameamarketingqualifiedleaddate", "email"),
    ("deals", "opportunityid", "contactid"),
    ("deals", "dealid", "contactid"),
    ("deals", "stagename isclosed amount", ""),
    ("deals", "dealname", ""),
    ("deals", "opportunityname", ""),
    ("deals", "intitule montant", ""),
    ("deals", "mqlid wondate", ""),
    ("leads", "leadid firstname", ""),
    ("leads", "recordid firstname lastname", ""),
    ("leads", "email", "recipient"),
    ("leads", "emailaddress", ""),
    ("leads", "adresseemail", ""),
    ("leads", "courriel", ""),
    ("leads", "firstname lastname", ""),
    ("leads", "prenom nom", ""),
    ("leads", "mqlid", ""),
    ("companies", "account sector", ""),
    ("companies", "companyname companydomainname", ""),
    ("companies", "companyname industry", ""),
    ("companies", "accountname", ""),
    ("companies", "raisonsociale", ""),
    ("companies", "societe secteur", ""),
)
_VENDORS: tuple[tuple[str, str], ...] = (
    ("hubspot", "recordid"),
    ("hubspot", "canonicalvid vidtomerge"),
    ("hubspot", "emailcampaignid sentbyid"),
    ("hubspot", "portalsubscriptionstatus"),
    ("hubspot", "numincluded numqueued"),
    ("hubspot", "stageid pipelineid"),
    ("hubspot", "dealid dateentered"),
    ("hubspot", "contactid dealid typeid"),
    ("hubspot", "contactid formid portalid"),
    ("hubspot", "contactid name value sourceid"),
    ("marketo", "activitydate activitytypeid"),
    ("marketo", "sfdcid sfdcname workspace"),
    ("marketo", "id createdat updatedat email firstname lastname"),
    ("salesforce", "systemmodstamp"),
    ("salesforce", "leadid leadowner"),
    ("salesforce", "opportunityid opportunityowner"),
    ("salesforce", "accountid isdeleted ownerid"),
    ("salesforce", "leadid leadsource leadstatus"),
)
FILE = "file"


def kind_of(headers: Iterable[str]) -> str:
    """The kind of import that these headers tell; empty when they tell none."""
    names = _names(headers)
    for kind, needed, other in _SIGNS:
        if names >= set(needed.split()) and not names & set(other.split()):
            return kind
    return ""


def vendor_of(kind: str, headers: Iterable[str]) -> str:
    """The system whose keys these are: hubspot, salesforce, marketo; "file" when the headers do not tell."""
    headers = list(headers)
    names = _names(headers)
    if any(header.startswith("property_") for header in headers) or kind == "details":
        return "hubspot"
    return next((vendor for vendor, needed in _VENDORS if names >= set(needed.split())), FILE)


def _names(headers: Iterable[str]) -> set[str]:
    return {plain(header) for header in headers if header not in OURS}

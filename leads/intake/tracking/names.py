"""How the names of Segment's specification become kinds of event and fields of a lead: three literal tables."""

# Tracked event (lower case) -> kind; every other name is a "track".
KINDS: dict[str, str] = {
    "form submitted": "form",
    "email opened": "mail_open",
    "email link clicked": "mail_click",
    "email delivered": "mail_delivered",
    "email bounced": "mail_bounce",
    "unsubscribed": "unsubscribe",
    "email unsubscribed": "unsubscribe",
    "webinar attended": "webinar",
    "file downloaded": "download",
    "document downloaded": "download",
    "demo requested": "demo",
}
# Call -> kind of its event.
TYPES: dict[str, str] = {
    "page": "page",
    "screen": "page",
    "track": "track",
    "identify": "identify",
    "group": "group",
    "alias": "alias",
}
SHORT: dict[str, str] = {"p": "page", "i": "identify", "t": "track", "g": "group", "a": "alias", "s": "screen"}
FORM_PROPERTIES = ("form_id", "formId", "form_name", "formName", "form")
# Trait -> field of the lead, of its company.
TRAITS: dict[str, str] = {
    "email": "email",
    "firstName": "first_name",
    "first_name": "first_name",
    "lastName": "last_name",
    "last_name": "last_name",
    "title": "function",
    "phone": "phone",
    "country": "country",
    "birthday": "birth_date",
    "source": "source",
}
COMPANY_TRAITS: dict[str, str] = {
    "name": "name",
    "website": "domain",
    "domain": "domain",
    "industry": "industry",
    "country": "country",
    "employees": "employees",
    "employee_count": "employees",
    "employeeCount": "employees",
}

"""How two leads are compared, as SQL: by the night over all of them (`twins.likely`), and by a reason that names another lead
(`handoffs.records`).

Addresses without what follows a plus sign, telephone numbers by their last nine digits, names without case and accents.
"""

NEAR = 0.6  # similarity of two names from which one may be the other, mistyped: %(near)s
COLUMNS = """id, company_id, leads_plain(first_name || ' ' || last_name) AS name,
    regexp_replace(split_part(lower(email), '@', 1), '\\+.*$', '') || '@' || split_part(lower(email), '@', 2) AS mail,
    regexp_replace(phone, '[^0-9]', '', 'g') AS phone, first_name <> '' AND last_name <> '' AS whole"""
HAS_MAIL, HAS_PHONE, NUMBER = "{0}mail LIKE '_%%@_%%'", "length({0}phone) >= 9", "right({0}phone, 9)"
# A number alone is often a company's: those who have it must share a company or a name, or one of them has no name.
CALLED = """(a.company_id = b.company_id OR similarity(a.name, b.name) >= %(near)s OR btrim(a.name) = ''
    OR btrim(b.name) = '')"""

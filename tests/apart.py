"""Numbers of rows that tell nothing: each table's begin elsewhere, so that no test can lean on a row being the first.

Rolled back tests do not give numbers back; a test that expects 1, or equal numbers in two tables, passes or fails by what
ran before it in the same worker. With numbers apart it fails each time, for whoever writes it.
"""

STEP = 1009  # a prime: no two tables meet for as many rows as a test writes


def numbers_apart(cursor) -> int:
    """Move the sequences of the connection's database, each by another distance. Returns how many there are."""
    cursor.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), coalesce(last_value, 0), data_type::text"
        " FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    )
    found = cursor.fetchall()
    for at, (name, last, kind) in enumerate(found, 1):
        if kind != "smallint":
            cursor.execute("SELECT setval(%s, %s)", [name, last + at * STEP])
    return len(found)

"""The pages about the platform's own tables: settings, rights, personal data, database functions."""

from smarketing import env

from . import register, table


def register_all() -> None:
    """Register the platform's pages."""
    register("settings.md", settings_page)
    register("rights.md", rights_page)
    register("personal-data.md", personal_page)
    register("rows.md", rows_page)


def settings_page() -> str:
    """Every environment variable with its default."""
    rows = [(f"`{var.name}`", f"`{var.default}`" if var.default else "–", var.help) for var in env.TABLE]
    return "# Settings\n\nEverything is set in the environment; there is no settings file to edit.\n\n" + table(
        ("variable", "default", "what it does"), rows
    )


def rights_page() -> str:
    """Who may do what, and what a token may be given."""
    from smarketing.accounts.policy import SCOPES, VERBS

    rows = [(f"`{verb}`", ", ".join(sorted(roles)), "yes" if verb in SCOPES else "") for verb, roles in VERBS.items()]
    return (
        "# Who may do what\n\nOne table (`smarketing/accounts/policy.py`). A page or address without a verb is refused.\n"
        "`role:side` means the people of that side only.\n\n"
        + table(("verb", "roles", "may be given to a token"), rows)
    )


def personal_page() -> str:
    """Columns that hold personal values."""
    from smarketing.rows.register import declared

    personal, _neutral = declared()
    return (
        "# Personal data\n\nThe columns that hold something about a person. Every other text column is declared neutral; an\n"
        "undeclared one fails `make check`. Erasure and export of a person work from this list.\n\n"
        + table(("column",), [(f"`{name}`",) for name in sorted(personal)])
    )


def rows_page() -> str:
    """Kinds of rows with their tables."""
    from smarketing.rows import grants

    ours = sorted((kind, model._meta.db_table) for model, kind in grants.tables() if hasattr(model, "row_kind"))
    said = {
        "fact": "added, never edited; the application's role may only insert",
        "act": "a decision, added once, never recomputed; the application's role may only insert",
        "identity": "id and birth are insert-only, other columns are derived",
        "derived": "may be wiped and comes back byte-equal",
        "working": "edited freely, source of no figure",
    }
    parts = ["# Kinds of rows\n"]
    for kind, words in said.items():
        names = [f"`{name}`" for found, name in ours if found == kind]
        parts.append(f"## {kind}\n\n{words[0].upper()}{words[1:]}.\n\n{', '.join(names)}\n")
    return "\n".join(parts)

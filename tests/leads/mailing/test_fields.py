"""Fields of a mail: found, named when they are none, filled in with what is known."""

from hypothesis import given
from hypothesis import strategies as st

from leads.mailing import fields

VALUES = {"first_name": "Zoé", "company": "L’Orée & Fils", "rep": ""}
WORDS = st.text(alphabet="abc éà,.\n", max_size=20)


def test_a_field_says_what_is_known_and_else_what_stands_after_its_bar():
    text = "Bonjour {{ first_name }} de {{societe}} ({{last_name|Madame, Monsieur}})"
    assert fields.fill(text, VALUES).text == "Bonjour Zoé de L’Orée & Fils (Madame, Monsieur)"


def test_of_what_nothing_is_known_the_field_stays_and_is_named_once():
    filled = fields.fill("{{rep}} {{commercial}} {{first_name}}", VALUES)
    assert filled.text == "{{rep}} {{commercial}} Zoé" and filled.missing == ("rep",)
    assert fields.fill("Bonjour {{rep|}}!", VALUES) == fields.Filled("Bonjour !")


def test_what_is_no_field_is_named_and_a_brace_that_stands_alone_is_seen():
    assert fields.unknown("{{first_name}} {{price}} {{ price }} {{}}") == ["price", ""]
    assert fields.broken("Hello {{first_name}") and not fields.broken("Hello {{first_name|you}} {here}")


@given(st.lists(st.tuples(WORDS, st.sampled_from(sorted(fields.FIELDS))), max_size=6), WORDS)
def test_filling_in_changes_nothing_but_the_fields(parts, end):
    values = fields.example()
    text = "".join(f"{words}{{{{{name}}}}}" for words, name in parts) + end
    assert fields.unknown(text) == [] and not fields.broken(text)
    assert fields.fill(text, values) == fields.Filled("".join(words + values[name] for words, name in parts) + end)

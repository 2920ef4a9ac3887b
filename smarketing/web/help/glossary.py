"""One idea, one word: the terms of the house with a sentence each. The same words stand on every page."""

import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Term:
    """`key` is its anchor on the page of the glossary."""

    key: str
    word: str
    sentence: str


TERMS = (
    Term("qualification", _("Qualification"), _("The instant at which the definition in force becomes true for a lead. It moves the stage to MQL and promises nothing yet.")),
    Term("mql", _("MQL"), _("A stage of a lead. As a number, the MQL of a month are the handoffs made in that month: first ones count, repeated ones are shown apart.")),
    Term("handoff", _("Handoff"), _("The act by which marketing passes one qualified lead to sales. What may not pass yet waits on hold; that delay is marketing's.")),
    Term("assignment", _("Assignment"), _("Naming the rep in charge of a handoff. Before it, the handoff is in a pool: a named list of reps who may take it.")),
    Term("rep-in-charge", _("Rep in charge"), _("The single rep of a handoff. A company may have an account rep besides.")),
    Term("attempt", _("Attempt"), _("One outbound act of a person on a listed channel after the handoff. An automatic mail is none; a reply closes the clause.")),
    Term("reached", pgettext_lazy("attempt", "Reached"), _("An attempt in which both sides spoke.")),
    Term("acceptance", _("Acceptance"), _("The rep states that the lead meets the definition on its face, in so many words or by the first attempt. It says nothing about interest.")),
    Term("refusal", _("Refusal"), _("A reasoned no before any attempt.")),
    Term("return", pgettext_lazy("decision", "Return"), _("A reasoned giving back after work: no answer, not now, no project.")),
    Term("decision", _("Decision"), _("Acceptance, refusal or return.")),
    Term("sql", _("SQL and deal"), _("SQL is a stage: the need is confirmed. A deal is the thing with an amount. Opportunity is the stage of a lead with an open deal.")),
    Term("stage", _("Stage and state"), _("The stage says where a lead stands in its shared life; the state, where a handoff stands: pooled, assigned, accepted, refused, returned, converted, expired, withdrawn or merged.")),
    Term("contract", _("Contract, terms, amendment"), _("The lasting agreement of both sides; one signed version of it that never changes; a change of it from a day on.")),
    Term("clause", _("Clause"), _("One promise: whose it is, what is counted, how much, on which share, in which time, by which calendar.")),
    Term("definition", _("Definition, criterion, condition"), _("What both sides agree an MQL is, in signed versions; one line of it with points or as must-have; one test inside that line.")),
    Term("grade", _("Fit, engagement, grade"), _("Two scores from 0 to 100 that are never added. The grade is the letter of fit with the digit of engagement, as A2.")),
    Term("side", _("Side, team, manager"), _("There are two sides, marketing and sales. A team is a group within one side, a manager a role within one side; a director reads and signs for none.")),
    Term("source", _("Source, channel, campaign"), _("Where a lead first came from; the kind of a contact with it; what was planned and paid.")),
    Term("cut-off", _("As of, cut-off, period"), _("The instant judged; the last known fact that is included; from a day on, until before another.")),
    Term("band-edge", _("Band edge, cell"), _("Where a letter or digit of the grade begins; one grade of the matrix.")),
    Term("observation", _("Observation period"), _("The scores of a draft are computed beside the live ones, and nothing is handed off.")),
    Term("correction", _("Correction, restatement"), _("A mistake taken back; a change to a closed month, dated and shown.")),
    Term("meeting", _("Review meeting, appointment"), _("The one is internal, the other with a prospect.")),
    Term("cohort", _("Cohort, period"), _("A cohort follows the leads handed over in a month as long as it takes. A period counts what happened in it.")),
)  # fmt: skip


def in_order() -> list[Term]:
    """By the word in the reader's language, accents and case aside."""

    def plain(term: Term) -> str:
        decomposed = unicodedata.normalize("NFKD", str(term.word).lower())
        return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

    return sorted(TERMS, key=plain)

"""Pages of docs/: what criteria may say, and how their sentences are read and written."""

from collections.abc import Callable

from personas import catalogue, phrasebook
from personas.criteria.behaviours import EVENT_KINDS, POSSIBLE_KINDS
from personas.criteria.decay import DECAYS
from personas.criteria.fields import SUBJECTS
from personas.criteria.operators import OPERATORS
from personas.criteria.phrases import EVENT_PHRASES, LANGUAGES
from personas.definitions.catalogue import COMPANY_SUMS
from smarketing.web.generated import table


def pages() -> dict[str, Callable[[], str]]:
    return {"criteria.md": criteria}


WRITING = """
## Writing a sentence

Every line of a definition, and the match rules of a persona, may be typed or pasted as one sentence (*Write it as a sentence*), in English
or in French, whatever the language of the page. A sentence is read by the same tables that say it, so what a page shows can be copied, changed and
read back, and the API gives each line in both languages (`sentences`, see [api.md](api.md)). Why so: [decision 25](decisions/0025-sentences-are-read-back.md).

- Capitals, line breaks and the number of spaces do not matter; the order of the parts does.
- A value stands bare where nothing else can be meant (`industry is SaaS`); one that holds a word or mark of the language stands between
  quotation marks: “research or development”, « recherche ou développement ». A mark inside stands twice. Straight marks `"` do as well.
- A field is called as the page says it (*the company’s headcount*, « l’effectif de l’entreprise »), or, where that is clear, by its label alone
  (*headcount*, « effectif »).
- Numbers, days and shares are written as the language writes them: 12,000.5 and 3 Nov 2026, 12 000,5 and 03/11/2026.
- `and` and `or` are not mixed without brackets. *all of this:*, *one of this:*, *none of this:* hold for all members that follow.
- A criterion ends with a colon and its points; a sentence without them keeps the points of the line, or gives 10. A condition (must have, never,
  direct) and match rules have none. Match rules ask of fields alone.
- A sentence that can be read in two ways, or stops in the middle, is not taken: the page says where reading stopped and offers what could stand there,
  and what was typed stays.
"""


def criteria() -> str:
    """Every field built in, every operator with the types it takes, every kind of event, every fading."""
    usable = [one for one in catalogue.BUILTIN if one.key.split(".")[0] in SUBJECTS]
    fields = [(f"`{one.key}`", one.type, one.label_en, one.label_fr, _advice(one)) for one in usable]
    operators = [(f"`{op.name}`", ", ".join(op.types), op.operand, *op.label) for op in OPERATORS.values()]
    events = [
        (f"`{kind}`", EVENT_PHRASES[kind][0], EVENT_PHRASES[kind][2], "yes" if kind in POSSIBLE_KINDS else "never")
        for kind in EVENT_KINDS
    ]
    decays = [
        (f"`{one.name}`", *one.label, "yes" if one.negative else "no", "" if one.by_steps else one.longest)
        for one in DECAYS.values()
    ]
    said = ("English", "French")
    return (
        "# Criteria\n\nA condition tests one field, one persona, or what was done (by the lead, or by sales: `attempt`). **What is absent\n"
        "makes every condition false**, except `is_not_set`; `none` is the contrary of `any`. Text is compared without regard to capitals.\n\n"
        "## Fields\n\nCustom attributes (Settings → Attributes) stand beside these. *Advice* says whether “what would make\n"
        "it an MQL” may ask for another value: always, only while it is not known, or never. A company takes any field and any act out of it\n"
        "in Settings → Advice.\n\n"
        + table(("field", "type", *said, "advice"), fields)
        + "\nCounted each night over the people of a company, from one local midnight to the next (never inside the day; absent while nobody\n"
        "of it is known): "
        + ", ".join(f"`{info.key}` ({info.label_en})" for info in COMPANY_SUMS)
        + ".\n\n## Operators\n\n"
        + table(("operator", "types of field", "operand", *said), operators)
        + "\n## What was done\n\n"
        + table(("kind", *said, "advice"), events)
        + "\nHow often, in how many days, or not at all. What a lead did counts anew after a recycling; attempts of sales go on counting.\n"
        + "\n## Fading\n\n"
        + table(("fading", *said, "also of points taken away", "most days"), decays)
        + "\nWeights are whole millionths by whole local days; a criterion's points are cut to whole points towards zero. Points each time may\n"
        "be limited to so many a local day (`daily`).\n" + WRITING + sentences()
    )


def _advice(one: catalogue.Field) -> str:
    return "never" if not one.changeable else "while not known" if one.steady else "yes"


def sentences() -> str:
    """Each form of a sentence with an example in both languages."""
    chapters = (
        f"\n### {title}\n\n" + table(("what", "English", "French"), [(one.what, *map(one.words, LANGUAGES)) for one in examples()])
        for title, examples in phrasebook.CHAPTERS.items()
    )  # fmt: skip
    return "".join(chapters)

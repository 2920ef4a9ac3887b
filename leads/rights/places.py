"""Where the house keeps something of a person: one function for each place, all of which an erasure calls (`PARTS`)."""

import re
import secrets
from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import parse_qs, quote, quote_plus

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from leads.intake import addresses, columns, companies_merged, words
from leads.models import AttributeChange, Company, Deal, Decision, Handoff, Import, Lead, Suppression
from leads.replay import columns as replay_columns
from leads.touches import store as touches
from smarketing.jobs.models import Chunk, Outbox, Run
from smarketing.notify.models import Mail, Notice
from smarketing.rows.fence import open_fence
from smarketing.web import export_files
from smarketing.web.logs import CUT
from smarketing.web.models import ExportFile, SavedView, SentForm

from . import staged
from .person import Person

SHORTEST_NAME = 3  # letters: an answer that holds them by chance may go too, it only serves the next seconds


def _facts(who: Person) -> None:
    """Facts and acts, by the owner's functions; then the columns derived from them."""
    firms = Company.objects.filter(people__in=who.leads).exclude(
        pk__in=Lead.objects.filter(company__people__in=who.leads, erased=False).exclude(pk__in=who.leads).values("company")
    )  # fmt: skip
    alone = sorted({*firms.values_list("pk", flat=True), *_merged_alone(who)})
    tomb = secrets.token_hex(8)
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_erase_reasons(%s::bigint[], %s::bigint[])", [who.leads, who.deals])
        cursor.execute(
            "SELECT leads_erase_person(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], '{}', %s)",
            [who.leads, who.deals, who.owned, who.visitors, alone, tomb],
        )
        others = sorted(companies_merged.family(alone) - set(alone))
        cursor.execute("SELECT leads_erase_copies(%s::bigint[])", [others])
    for subject, ids in (("lead", who.leads), ("deal", who.deals), ("company", [*alone, *others])):
        for pk in ids:
            columns.rebuild_all(subject, pk, pk + 1)
    companies_merged.changed("company", [(pk, "name") for pk in alone], open_fence())


def _merged_alone(who: Person) -> list[int]:
    """Companies merged into others that nobody else who is known was said to be of."""
    said = AttributeChange.objects.filter(subject="lead", field="company")
    mine = {one for one in said.filter(subject_id__in=who.leads).values_list("value", flat=True) if one}
    merged = Company.objects.filter(pk__in=mine).exclude(root_id=None).values_list("pk", flat=True)
    others = Lead.objects.filter(erased=False).exclude(pk__in=who.leads)
    return [pk for pk in merged if not others.filter(pk__in=said.filter(value=pk).values("subject_id")).exists()]


def _touches(who: Person) -> None:
    """Which campaigns touched them: what their events said is gone."""
    touches.again(who.leads, who.owned)


def _others(who: Person) -> None:
    """What others wrote: notes, proofs, reasons, audit details, values of their company's other people and deals."""
    keys = list(addresses.hashes(who.emails))
    listed = list(Suppression.objects.filter(key__in=keys).values_list("pk", flat=True))
    said = list(_values_of_colleagues(who))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leads_erase_words(%s::text[], %s::bigint[], %s::bigint[])",
            [who.texts, listed, [pk for pk, _subject, _id in said]],
        )
    for subject, pk in sorted({(subject, pk) for _change, subject, pk in said}):
        columns.rebuild_all(subject, pk, pk + 1)


def _values_of_colleagues(who: Person) -> Iterable[tuple[int, str, int]]:
    """(change, subject, id) of titles and attributes that hold their words."""
    if not who.texts:
        return []
    firms = set(Lead.objects.filter(pk__in=who.leads).exclude(company=None).values_list("company", flat=True))
    merged = set(Company.objects.filter(root_id__in=firms).values_list("pk", flat=True))
    people = Lead.objects.filter(company__in=firms, erased=False).exclude(pk__in=who.leads)
    deals = Deal.objects.filter(Q(company__in=firms) | Q(lead__in=people)).exclude(pk__in=who.deals)
    about = (
        Q(subject="lead", subject_id__in=list(people.values_list("pk", flat=True)), field__startswith="x_")
        | Q(subject="company", subject_id__in=list(firms | merged), field__startswith="x_")
        | Q(subject="company", subject_id__in=list(firms), source=companies_merged.SOURCE)
        | Q(Q(field="title") | Q(field__startswith="x_"), subject="deal", subject_id__in=list(deals.values_list("pk", flat=True)))
    )  # fmt: skip
    rows = AttributeChange.objects.filter(about).annotate(text=Cast("value", TextField()))
    return rows.filter(holding(("text",), who.texts)).values_list("pk", "subject", "subject_id")


def _found_by(who: Person) -> None:
    """The words by which they were found, where nobody else has them."""
    words.forget([*who.names, *who.emails])


def _staged(who: Person) -> None:
    """Rows of files that wait or were kept, the files themselves, and what they were called."""
    staged.erase(who)
    for one in Import.objects.order_by("pk").only("filename"):
        if (name := _without(one.filename, who)) != one.filename:
            Import.objects.filter(pk=one.pk).update(filename=name)


def _without(filename: str, who: Person) -> str:
    """A file's name without what names them: an address, or first and last name with anything between."""
    pairs = [pair for one in who.full_names for pair in (one, one[::-1])]
    named = [rf"{re.escape(one)}[\W_]*{re.escape(other)}" for one, other in pairs]
    for pattern in (*map(re.escape, who.words), *named):
        filename = re.sub(pattern, "[…]", filename, flags=re.IGNORECASE)
    return filename


def _mails(who: Person) -> None:
    """Mails that name them; by name alone only those that are sent, for a person of the house may be called the same.
    Mails of notices about their handoffs in any case."""
    handoffs = list(Handoff.objects.filter(lead__in=who.leads).values_list("pk", flat=True))
    decisions = list(Decision.objects.filter(handoff__in=handoffs).values_list("pk", flat=True))
    about = Q(params__handoff__in=handoffs) | Q(params__decision__in=decisions) | Q(params__lead__in=who.leads)
    told = Notice.objects.filter(about)
    Mail.objects.filter(pk__in=told.exclude(letter=None).values("letter")).delete()
    Mail.objects.filter(holding(("subject", "text", "page", "address"), who.words)).delete()
    named = Mail.objects.filter(holding(("subject", "text", "page"), who.said_names))
    named.exclude(state=Mail.State.WAITING).delete()


def _answers(who: Person) -> None:
    """Answers kept for forms sent twice, which may greet them by first name alone; side effects done or to be done."""
    alone = [name for name in who.names if len(name) >= SHORTEST_NAME]
    for model, name, wanted in ((SentForm, "answer", [*who.texts, *alone]), (Outbox, "body", who.texts)):
        texts = model.objects.annotate(said=Cast(name, TextField()))
        texts.filter(holding(("said",), wanted)).delete()


def _views(who: Person) -> None:
    """Lists that somebody saved while looking for them."""
    asked = [form for word in who.texts for form in (word, quote_plus(word), quote(word))]
    SavedView.objects.filter(holding(("query", "name"), asked)).delete()
    ExportFile.objects.filter(holding(("address", "title"), asked)).delete()
    names = {name.lower() for name in who.names}
    for view in SavedView.objects.filter(query__contains="q="):
        said = {one.strip().lower() for one in parse_qs(view.query).get("q", [])} & names
        if any(_nobody_else(name, who) for name in said):
            view.delete()


def _nobody_else(name: str, who: Person) -> bool:
    """Whether a name, looked for alone, finds this person only."""
    others = Lead.objects.filter(Q(first_name__iexact=name) | Q(last_name__iexact=name), erased=False)
    return not others.exclude(pk__in=who.leads).exists()


def _exports(who: Person) -> None:
    """Large files that wait to be fetched: any of them may hold the person, so all of them go."""
    export_files.take_back()


def _faults(who: Person) -> None:
    """What went wrong by night or on the way out, where it quotes them."""
    for model in (Run, Chunk, Outbox):
        model.objects.filter(holding(("error",), who.texts)).update(error=CUT)


def _columns(who: Person) -> None:
    """The column snapshots: they say which conditions held for whom."""
    replay_columns.forget()


PARTS: list[Callable[[Person], None]] = [
    _staged, _facts, _touches, _others, _found_by, _mails, _answers, _views, _exports, _columns, _faults,
]  # fmt: skip


def holding(names: Iterable[str], words: Iterable[str]) -> Q:
    """The condition that one of these columns holds one of these words, as it is or as HTML writes it."""
    wanted = Q(pk=None)
    for name in names:
        for word in words:
            for form in {word, escape(word)}:
                wanted |= Q(**{f"{name}__icontains": form})
    return wanted

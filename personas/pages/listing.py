"""Personas as a list: to sort, filter and save what stands on the cards. Views only translate."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.models import PersonaVersion
from smarketing.accounts.policy import may, needs
from smarketing.web import exports, filters, lists, steps
from smarketing.web.language import active_language
from smarketing.web.tables import Column, Deed, Table, plain

WANTED = {"yes": gettext_lazy("whom we look for"), "no": gettext_lazy("whom we do not want")}


class PersonaFilters(filters.Filters):
    wanted = filters.choice(gettext_lazy("Kind"), WANTED.items())
    rules = filters.choice(gettext_lazy("Match rules"), filters.YES_NO)
    asks = {
        "wanted": lambda rows, said: rows.filter(persona__negative=said == "no"),
        "rules": lambda rows, said: rows.exclude(rules={}) if said == "yes" else rows.filter(rules={}),
    }


def _columns(language: str) -> list[Column]:
    def told(key: str):
        return lambda version: version.told(language).get(key, "")

    return [
        Column("name", gettext_lazy("Name"), "persona.name", sort="plain_name", head=True, nullable=False,
               url=lambda version: reverse("personas:persona", args=[version.persona_id])),
        Column("kind", gettext_lazy("Kind"), lambda version: str(WANTED["no" if version.persona.negative else "yes"]),
               sort="persona__negative", nullable=False),
        Column("role", gettext_lazy("Role"), told("role"), wide=True),
        Column("company", gettext_lazy("Company"), told("company"), wide=True),
        Column("pitch", gettext_lazy("Pitch"), told("pitch"), extra=True),
        Column("rules", gettext_lazy("Match rules"), lambda version: bool(version.rules)),
        Column("version", gettext_lazy("Version"), "number", sort="number", align="num"),
        Column("since", gettext_lazy("Since"), "created_at", sort="created_at", align="nowrap"),
        Column("by", gettext_lazy("By"), "created_by.name", extra=True),
    ]  # fmt: skip


def newest() -> QuerySet[PersonaVersion]:
    """The newest version of every persona that is not retired."""
    last = PersonaVersion.objects.filter(persona=OuterRef("persona")).order_by("-number").values("pk")[:1]
    return PersonaVersion.objects.filter(persona__retired=False, pk=Subquery(last))


@lists.listed("personas:list", gettext_lazy("Personas"))
@needs("personas.view")
def listing(request: HttpRequest) -> HttpResponseBase:
    """The newest version of every persona that is not retired."""
    form = PersonaFilters(request.GET)
    rows = newest().annotate(plain_name=plain("persona__name"))
    may_edit = may(request.user, "personas.edit")
    empty = {"title": _("No persona yet"), "text": _("A marketer or a manager describes it.")} | steps.first(
        request.user,
        ("personas.edit", "personas:persona_new", _("Describe the first persona")),
        ("glossary.view", "personas:glossary", _("Open the glossary")),
    )
    deeds = [
        Deed(_("Still true…"), reverse("personas:bulk_review"), "check2-circle"),
        Deed(_("Retire…"), reverse("personas:bulk_retire"), "x-circle"),
    ]
    table = Table(
        _columns(active_language()), form.rows(rows.select_related("persona", "created_by")), request.GET, "name", form=form,
        caption=_("Personas"), exports=exports.Export("personas", "lists.export", "persona"), empty=empty,
        deeds=deeds if may_edit else (),
    )  # fmt: skip
    return lists.answer(request, table, "personas/list.html")

"""Forms of the import pages: the upload, and the mapping of columns. They clean; `importing.service` acts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake.importing import dates, memory, reader, staging, synonyms, targets, workbook
from leads.intake.importing import mapping as mappings
from leads.intake.importing.sniff import Format
from leads.models import Import
from personas.catalogue import custom_name
from personas.definitions import traits
from personas.models import DefinitionLine, FieldDef
from smarketing.rows.clock import zone
from smarketing.web.language import active_language

ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("cp1252", "Windows-1252"),
]
WORKBOOK = [(workbook.NAME, gettext_lazy("Excel workbook"))]  # fmt: skip
SEPARATORS = [(",", gettext_lazy("comma")), (";", gettext_lazy("semicolon")), ("\t", gettext_lazy("tab"))]
DATES = [
    ("iso", gettext_lazy("2026-11-25 (year, month, day)")),
    ("dmy", gettext_lazy("25/11/2026 (day, month, year)")),
    ("mdy", gettext_lazy("11/25/2026 (month, day, year)")),
]
DECIMALS = [(".", gettext_lazy("point (1,234.50)")), (",", gettext_lazy("comma (1 234,50)"))]
STATES = [
    ("", gettext_lazy("as its column says")), ("open", gettext_lazy("open")), ("won", gettext_lazy("won")),
    ("lost", gettext_lazy("lost")),
]  # fmt: skip
SAMPLE_ROWS, SAMPLES = 200, 3
DATED_ROWS = 20_000  # looked at for the order of dates, where the first rows leave it open
TOLD = gettext_lazy("recognised from the columns")


ACCEPTED = ".csv,.txt,.tsv,.xlsx,text/csv"


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What the rows are"), choices=[("", TOLD), *targets.LABELS.items()], required=False,
        help_text=gettext_lazy("Exports of HubSpot, Salesforce and Marketo, and French headers, are recognised."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=format_lazy(
            gettext_lazy("CSV, TSV or Excel (XLSX) with a header line; at most {limit} MB."),
            limit=settings.IMPORT_MAX_BYTES // 1024 // 1024,
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )


class OptionsForm(forms.Form):
    """How the whole file is read."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=ENCODINGS)
    separator = forms.ChoiceField(label=gettext_lazy("Separator"), choices=SEPARATORS)
    dates = forms.ChoiceField(
        label=gettext_lazy("Dates are written"), choices=[("", gettext_lazy("choose…")), *DATES],
        error_messages={"required": gettext_lazy("Say in which order dates are written: the file does not show it.")},
    )  # fmt: skip
    decimal = forms.ChoiceField(label=gettext_lazy("Decimal mark"), choices=DECIMALS)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone of the file"))
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=80,
        help_text=gettext_lazy("The system whose keys these are: files of one source find each other's leads."),
    )  # fmt: skip
    line = forms.ChoiceField(label=gettext_lazy("Definition of imported handoffs"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State of every deal"), choices=STATES, required=False)
    make_missing = forms.BooleanField(label=gettext_lazy("Make leads and campaigns that are missing"), required=False)
    history = forms.BooleanField(
        label=gettext_lazy("Declared history"), required=False,
        help_text=gettext_lazy(
            "The rows are taken as known on the day they happened. Only for new leads, never in a closed month."
        ),
    )  # fmt: skip

    def __init__(self, one: Import, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if sheets := one.report["found"].get("sheets"):
            self.fields["encoding"].choices = WORKBOOK
            self.fields["separator"].choices = [(name, name) for name in sheets]
            self.fields["separator"].label = gettext_lazy("Sheet")
        self.fields["zone"].choices = [
            (name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"
        ]
        self.fields["line"].choices = [(line.name, line.name) for line in DefinitionLine.objects.order_by("pk")]
        shown = {
            "leads": {"line", "make_missing"},
            "handoffs": {"line"},
            "events": {"make_missing"},
            "deals": {"state"},
            "spend": {"make_missing"},
        }
        for name in {"line", "make_missing", "state"} - shown.get(one.kind, set()):
            del self.fields[name]
        if "line" in self.fields and len(self.fields["line"].choices) < 2:
            del self.fields["line"]


@dataclass
class ColumnRow:
    """One line of the mapping table. `groups`: (group, [(value, label)]) of the select."""

    index: int
    header: str
    samples: list[str]
    blank: int
    to: str
    type: str
    groups: list[tuple[str, list[tuple[str, str]]]]
    recognised: bool
    offers_new: bool


class MappingForm:
    """The mapping page's state, from the import or from what was posted. `body()` is the mapping it says."""

    def __init__(self, one: Import, data=None):
        self.one, self.data = one, data
        self.format = self._format()
        self.headers, self.samples, self.blanks, rows = self._seen()
        kept = one.mapping.get("columns", {})
        self._said = {h: kept.get(h, t) for h, t in mappings.propose(one.kind, self.headers).items()}
        self._types, self.hidden = targets.custom_fields(one.kind), traits.hidden()
        self.told = None if one.mapping.get("dates") else self._dates(rows)
        self.options = OptionsForm(one, data, initial=self._initial())

    def _seen(self) -> tuple[list[str], list[list[str]], list[int], list[list[str]]]:
        return _look(self.one, self.format)

    def _initial(self) -> dict[str, Any]:
        kept = self.one.mapping
        start = {"dates": self.told.order if self.told else "", "decimal": ".", "zone": str(zone()), "source": "file"}
        said = {name: kept[name] for name in OptionsForm.base_fields if kept.get(name)}
        formats = {"encoding": self.format.encoding, "separator": self.format.separator}
        own = {"history": self.one.history, "state": kept.get("constants", {}).get("deal.state", "")}
        return start | said | formats | own

    def _dates(self, rows: list[list[str]]) -> dates.Told:
        """The order of dates as the first rows tell it, or more of them where these leave it open."""
        found, _problems = mappings.read(self.one.kind, {"columns": self._said}, self.headers)
        columns = dates.columns_of(found)
        told = dates.order_of(_cells(rows, columns))
        if not told.order:
            records = islice(reader.records(staging.path_of(self.one), self.format), 1, DATED_ROWS)
            told = dates.order_of(_cells((record.cells for record in records), columns))
        like = self.one.report.get("like") or {}
        return dates.Told(like["dates"], told.cell) if not told.order and like.get("same") else told

    def _format(self) -> Format:
        body = self.data if self.data is not None else self.one.mapping
        said = {name: body.get(name) for name in ("encoding", "separator")}
        return mappings.format_of(said, Format(**self.one.report["found"]))

    def rows(self) -> list[ColumnRow]:
        out = []
        for index, header in enumerate(self.headers):
            said = self._column(index, header)
            to, kind = (said.get("to", ""), said.get("type", "")) if isinstance(said, dict) else (said, "")
            to = targets.LEAVE_OUT if to in self.hidden else to
            own = targets.is_custom(to) and to not in self._types
            groups = self._groups(header, to if own else custom_name(header))
            recognised = not own and to != targets.LEAVE_OUT
            shown = targets.CUSTOM_NEW if own else to
            out.append(
                ColumnRow(
                    index, header, self.samples[index], self.blanks[index], shown, kind, groups, recognised,
                    bool(targets.SUBJECTS[self.one.kind]),
                )
            )  # fmt: skip
        return out

    def body(self) -> dict[str, Any]:
        """The mapping as chosen; what the page does not show is kept."""
        said = self.options.cleaned_data
        out = {name: value for name, value in self.one.mapping.items() if name not in ("constants", "columns")}
        out |= {name: said[name] for name in ("encoding", "separator", "dates", "decimal", "zone", "source")}
        out |= {name: said[name] for name in ("line", "make_missing") if name in said}
        constants = {k: v for k, v in self.one.mapping.get("constants", {}).items() if k != "deal.state"}
        if said.get("state"):
            constants["deal.state"] = said["state"]
        columns = {header: self._column(index, header) for index, header in enumerate(self.headers)}
        return out | {"constants": constants, "columns": columns}

    def _column(self, index: int, header: str) -> Any:
        if self.data is None or f"to-{index}" not in self.data:
            return self._said[header]
        to, kind = self.data[f"to-{index}"], self.data.get(f"type-{index}", "")
        if to == targets.CUSTOM_NEW:
            kept = self._said[header]
            kept = kept.get("to", "") if isinstance(kept, dict) else kept
            to = (
                kept
                if targets.is_custom(kept) and kept not in self._types
                else _new_name(header, self.headers, self.one.kind)
            )
            return {"to": to, "type": kind} if kind else to
        return to

    def _groups(self, header: str, own: str) -> list[tuple[str, list[tuple[str, str]]]]:
        kind, language = self.one.kind, active_language()
        groups: dict[str, list[tuple[str, str]]] = {}
        for key in [*targets.BY_KIND[kind], *targets.PAIRS.get(kind, ())]:
            if key in self.hidden:
                continue
            group = _SUBJECTS[key.split(".")[0]] if "." in key else targets.LABELS[kind]
            groups.setdefault(str(group), []).append((key, targets.label_of(kind, key, language)))
        if self._types:
            offered = targets.offered(kind, language)
            if own in self._types:  # a retired one that this file brings again
                offered.setdefault(own, targets.label_of(kind, own))
            groups[_("Attributes")] = sorted(offered.items(), key=lambda pair: pair[1].casefold())
        if targets.SUBJECTS[kind]:
            groups[_("New")] = [(targets.CUSTOM_NEW, _("new attribute “{name}”").format(name=own.removeprefix("x_")))]
        return list(groups.items())


class RememberedForm(MappingForm):
    """The mapping that is remembered of files with the columns of this import, without any file."""

    LEFT = ("encoding", "separator", "history", "state")  # told anew by each file

    def __init__(self, one: Import, data=None):
        super().__init__(one, data)
        for name in self.LEFT:
            self.options.fields.pop(name, None)

    def _seen(self) -> tuple[list[str], list[list[str]], list[int], list[list[str]]]:
        headers = [header for header in self.one.report["headers"] if header not in synonyms.OURS]
        return headers, [[] for _header in headers], [0] * len(headers), []

    def _dates(self, rows: list[list[str]]) -> dates.Told:
        return dates.Told("iso", "")

    def body(self) -> dict[str, Any]:
        """The mapping as chosen; what the page does not show is kept."""
        said = {name: value for name, value in self.options.cleaned_data.items() if name in memory.KEPT}
        columns = {header: self._column(index, header) for index, header in enumerate(self.headers)}
        return self.one.mapping | said | {"columns": columns}


_SUBJECTS = {
    "lead": gettext_lazy("Lead"), "company": gettext_lazy("Company"), "deal": gettext_lazy("Deal"),
    "campaign": gettext_lazy("Campaign"), "consent": gettext_lazy("Consent"),
}  # fmt: skip
TYPES = [
    ("", gettext_lazy("recognised from the cells")),
    *((t.value, t.label) for t in FieldDef.Type if t.value != "choice"),
]


def _new_name(header: str, headers: list[str], kind: str) -> str:
    return mappings.custom_targets(kind, headers)[headers.index(header)]


def _cells(rows: Iterable[list[str]], columns: list[int]) -> Iterator[str]:
    return (row[index] for row in rows for index in columns if index < len(row))


def _look(one: Import, found: Format) -> tuple[list[str], list[list[str]], list[int], list[list[str]]]:
    """Headers, up to three different cells of each column, its blanks among the first rows, and these rows."""
    records = reader.records(staging.path_of(one), found)
    first = next(records, None)
    headers = mappings.headers_of(first.cells if first else [])
    rows = [record.cells for record in islice(records, SAMPLE_ROWS)]
    samples: list[list[str]] = [[] for _header in headers]
    blanks = [0] * len(headers)
    for row in rows:
        for index, cell in enumerate(row[: len(headers)]):
            text = cell.strip()
            if not text:
                blanks[index] += 1
            elif len(samples[index]) < SAMPLES and text[:80] not in samples[index]:
                samples[index].append(text[:80])
    return headers, samples, blanks, rows

"""How a file is read: one JSON object, written by the mapping page or by hand, checked against kind and header.

    {"source": "olist", "dates": "iso", "zone": "Europe/Paris", "decimal": ".", "line": "MQL", "make_missing": false,
     "encoding": "utf-8", "separator": ",",
     "columns": {"mql_id": "key", "first_contact_date": "created+mql", "origin": "lead.source", "notes": "-",
                 "sdr_id": {"to": "x_sdr_id", "type": "person"}},
     "constants": {"deal.state": "won"},
     "values": {"deal_stage": {"Engaging": "open"}}}

Everything may be left out: the source is then "file", dates are ISO, the zone is the installation's, the line is the
first definition line, encoding and separator are recognised. A column not named becomes a custom attribute whose type
is told from all of its cells.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from personas.catalogue import custom_name
from personas.definitions import traits
from personas.models import FieldDef

from . import synonyms, targets
from .sniff import ENCODINGS, SEPARATORS, Format
from .values import DMY, ISO, MDY, Reading

DATES, DECIMALS = (ISO, DMY, MDY), (".", ",")
CUSTOM_TYPES = tuple(FieldDef.Type.values)
_KEYS = {"kind", "source", "dates", "zone", "decimal", "line", "make_missing", "encoding", "separator", "columns",
         "constants", "values"}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be imported as it is mapped; `code` is a key of importing.reasons."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"key": self.code, "params": self.params}


@dataclass
class Column:
    """One column of the file. `type` is empty until it is told from the cells; `targets` empty: left out."""

    index: int
    header: str
    targets: tuple[str, ...] = ()
    type: str = ""


@dataclass
class Mapping:
    kind: str
    columns: list[Column]
    source: str = "file"
    dates: str = ISO
    zone: str = ""
    decimal: str = "."
    line: str = ""
    make_missing: bool = False
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def used(self) -> list[Column]:
        return [column for column in self.columns if column.targets]

    def targets(self) -> set[str]:
        return {one for column in self.columns for one in column.targets} | set(self.constants)

    def reading(self, installation_zone: ZoneInfo) -> Reading:
        zone = ZoneInfo(self.zone) if self.zone else installation_zone
        return Reading(self.dates, zone, installation_zone, self.decimal)


def propose(kind: str, headers: list[str]) -> dict[str, Any]:
    """The "columns" of a mapping for these headers: recognised ones, people, and custom attributes for the rest."""
    known = synonyms.recognise(kind, headers)
    if {"is_closed", "is_won"} <= set(known.values()):  # said outright: the stage's own name is one more attribute
        known = {header: target for header, target in known.items() if target != "deal.state"}
    columns: dict[str, Any] = {}
    for header, target in zip(headers, custom_targets(kind, headers), strict=True):
        people = synonyms.plain(header) in synonyms.PEOPLE_COLUMNS
        if header in synonyms.OURS or (not targets.SUBJECTS[kind] and header not in known):
            columns[header] = targets.LEAVE_OUT
        elif header in known:
            columns[header] = known[header]
        else:
            columns[header] = (
                {"to": target, "type": "person"} if people and kind not in ("events", "details") else target
            )
    if kind == "leads" and "mql" not in known.values() and "mql_id" in headers:
        columns |= {header: "created+mql" for header, target in known.items() if target == "created"}
    return columns


def with_kept(kind: str, proposed: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """The proposal with what is remembered of its columns; a target that is taken so is proposed to no other column."""
    taken = {one for to in kept.values() for one in _targets_of(to)} - {targets.LEAVE_OUT}
    names = dict(zip(proposed, custom_targets(kind, list(proposed)), strict=True))
    free = {
        header: names[header] if taken & set(_targets_of(to)) and names[header] not in taken else to
        for header, to in proposed.items()
    }
    return free | kept


def _targets_of(to: Any) -> list[str]:
    """The targets that a column of a mapping names."""
    return str(to.get("to", "") if isinstance(to, dict) else to).split("+")


def propose_more(kind: str, headers: list[str]) -> dict[str, Any]:
    """What else the headers of a kind tell: deals with a day of winning are won; spend may make its campaigns."""
    if kind == "spend":
        return {"make_missing": True}
    known = synonyms.recognise(kind, headers)
    if kind == "deals" and not set(known.values()) & {"deal.state", "is_closed", "stage"}:
        won = [header for header, target in known.items() if target == "closed" and "won" in header.lower()]
        return {"constants": {"deal.state": "won"}} if won else {}
    return {}


def headers_of(cells: list[str]) -> list[str]:
    """Names of the columns: as written, trimmed; a column without a name is named by its position."""
    return [cell.strip() or f"({number})" for number, cell in enumerate(cells, 1)]


def read(kind: str, body: Any, headers: list[str]) -> tuple[Mapping, list[Problem]]:
    """The mapping of a file with these headers, and everything that is wrong with it."""
    problems = [
        Problem("header_twice", {"name": name, "columns": _positions(headers, name)}) for name in _twice(headers)
    ]
    if not isinstance(body, dict):
        return Mapping(kind, []), [*problems, Problem("mapping_no_object")]
    problems += [Problem("mapping_key", {"name": name}) for name in sorted(map(str, body.keys() - _KEYS))]
    columns = body.get("columns", {})
    if not isinstance(columns, dict):
        return Mapping(kind, []), [*problems, Problem("mapping_no_object")]
    problems += [Problem("missing_column", {"name": name}) for name in columns if name not in headers]
    found = Mapping(
        kind=kind,
        columns=_columns(kind, columns, headers, problems),
        source=str(body.get("source") or "file")[:80],
        dates=body.get("dates") or ISO,
        zone=body.get("zone") or "",
        decimal=body.get("decimal") or ".",
        line=body.get("line") or "",
        make_missing=bool(body.get("make_missing")),
        constants=_table(body.get("constants")),
        values={name: _table(table) for name, table in _table(body.get("values"), dict).items()},
    )
    problems += _checked(found)
    return found, problems


def format_of(body: Any, sniffed: Format) -> Format:
    """Encoding and separator: as the mapping says, else as recognised."""
    body = body if isinstance(body, dict) else {}
    encoding, separator = body.get("encoding"), body.get("separator")
    if sniffed.is_workbook:
        return Format(sniffed.encoding, separator if separator in sniffed.sheets else sniffed.separator, sniffed.sheets)
    return Format(
        encoding if encoding in ENCODINGS else sniffed.encoding,
        separator if separator in SEPARATORS else sniffed.separator,
    )


def _columns(kind: str, said: dict[str, Any], headers: list[str], problems: list[Problem]) -> list[Column]:
    custom = targets.custom_fields(kind)
    names, hidden = custom_targets(kind, headers), traits.hidden()
    out = []
    for index, header in enumerate(headers):
        to = said.get(header, targets.LEAVE_OUT if header in synonyms.OURS else names[index])
        type = ""
        if isinstance(to, dict):
            to, type = to.get("to", ""), to.get("type", "")
        if not isinstance(to, str) or not isinstance(type, str):
            problems.append(Problem("bad_target", {"name": header, "target": str(to)[:60]}))
            continue
        wanted = () if to == targets.LEAVE_OUT else tuple(to.split("+"))
        wanted = tuple(names[index] if one == targets.CUSTOM_NEW else one for one in wanted)
        wanted = tuple(one for one in wanted if one not in hidden)  # a column with what is switched off is left out
        for one in wanted:
            if not _possible(kind, one):
                problems.append(Problem("bad_target", {"name": header, "target": one[:60]}))
        if wanted and targets.is_custom(wanted[0]):
            known = custom.get(wanted[0], "")
            if known and type and type != known:
                problems.append(Problem("other_type", {"name": header, "type": type, "known": known}))
            type = known or type
        if type and type not in CUSTOM_TYPES:
            problems.append(Problem("bad_type", {"name": header, "type": type[:20]}))
            type = ""
        out.append(Column(index, header, wanted, type))
    return out


def _possible(kind: str, target: str) -> bool:
    if targets.is_custom(target):
        return bool(targets.SUBJECTS[kind])
    return target in targets.BY_KIND[kind]


def custom_targets(kind: str, headers: list[str]) -> list[str]:
    """A custom name for each header, each once; the kind without attributes leaves columns out."""
    if not targets.SUBJECTS[kind]:
        return [targets.LEAVE_OUT] * len(headers)
    names: dict[str, int] = {}  # and the number that its next namesake gets
    for header in headers:
        plain = name = custom_name(header)
        number = names.get(plain, 2)
        while name in names:
            name, number = f"{plain[:48]}_{number}", number + 1
        names[plain] = number
        names.setdefault(name, 2)
    return list(names)


def _checked(found: Mapping) -> list[Problem]:
    out = []
    for name, value, allowed in (("dates", found.dates, DATES), ("decimal", found.decimal, DECIMALS)):
        if value not in allowed:
            out.append(Problem("bad_option", {"name": name, "allowed": ", ".join(allowed)}))
    try:
        if found.zone:
            ZoneInfo(found.zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        out.append(Problem("bad_zone", {"zone": str(found.zone)[:60]}))
    mapped = [one for column in found.columns for one in column.targets]
    for name in _twice(mapped):
        headers = [column.header for column in found.columns if name in column.targets]
        out.append(Problem("target_twice", {"target": name, "kind": found.kind, "names": ", ".join(headers)}))
    out += [
        Problem("bad_target", {"name": "constants", "target": one[:60]})
        for one in found.constants
        if not _possible(found.kind, one)
    ]
    have = found.targets()
    for group in targets.REQUIRED[found.kind]:
        if not have & set(group):
            out.append(Problem("required", {"targets": list(group), "kind": found.kind}))
    if "closed" in have and not have & {"deal.state", "is_closed", "stage"}:
        out.append(Problem("required", {"targets": ["deal.state"], "kind": found.kind}))
    return out


def _table(value: Any, kind: type = str) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {str(name): one if kind is dict else str(one) for name, one in value.items()}


def _twice(names: list[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _positions(headers: list[str], name: str) -> str:
    return ", ".join(str(number) for number, one in enumerate(headers, 1) if one == name)

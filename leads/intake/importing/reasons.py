"""Why a cell, a row or a file was refused, in words: code -> sentence, said with its line and column."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.web.language import active_language

CELLS: dict[str, Any] = {
    "too_long": gettext_lazy("The cell is longer than {limit} characters."),
    "bad_number": gettext_lazy("This is not a number; the decimal mark of the file is chosen above its columns."),
    "bad_whole": gettext_lazy("A whole number of 0 or more is expected."),
    "bad_bool": gettext_lazy("Yes or no is expected."),
    "bad_time": gettext_lazy("The time of day cannot be read."),
    "bad_date": gettext_lazy("This is not a date in the chosen order ({order})."),
    "no_such_date": gettext_lazy("There is no such date in the chosen order ({order})."),
    "no_such_hour": gettext_lazy("This hour does not exist in {zone}: clocks were put forward."),
    "bad_email": gettext_lazy("This is not an e-mail address."),
    "bad_choice": gettext_lazy("“{value}” is not among the values of this attribute: {allowed}."),
    "bad_consent": gettext_lazy("Yes or no is expected: whether this person consents."),
    "bad_basis": gettext_lazy("A legal basis is expected: consent, legitimate interest or contract."),
    "bad_purpose": gettext_lazy("A purpose is expected: prospecting, newsletter, events or all."),
    "bad_channel_of_consent": gettext_lazy("A channel is expected: e-mail, telephone, message, letter or all."),
    "bad_state": gettext_lazy("The state of a deal is open, won or lost."),
    "nul": gettext_lazy("The cell holds a NUL character."),
    "undecodable": gettext_lazy("The byte {byte} cannot be read in the chosen encoding."),
    "open_quote": gettext_lazy("A quotation mark is opened and never closed."),
    "lone_quote": gettext_lazy("A quotation mark stands alone inside a quoted cell: double it."),
    "line_too_long": gettext_lazy("The line is longer than 24 million characters."),
    "too_many_cells": gettext_lazy("This row has {cells} cells, the header has {headers}."),
    "too_few_cells": gettext_lazy("This row has {cells} cells, the header has {headers}."),
    "future": gettext_lazy("This lies in the future."),
    "missing": gettext_lazy("This cell must not be blank."),
    "no_identity": gettext_lazy("This row has neither a key nor an e-mail address: nothing tells whose it is."),
    "key_twice": gettext_lazy("The same key stands on line {line} already, with other values."),
    "spend_twice": gettext_lazy("Line {line} holds another amount for the same campaign, day and label already."),
    "email_twice": gettext_lazy(
        "The same e-mail address stands on line {line} already: one person, or a shared address?"
    ),
    "erased_opposed": gettext_lazy(
        "This person opposed and was erased: nothing of this row was kept. Whoever wants to come back asks for the"
        " address to be taken off the suppression list."
    ),
    "unknown_lead": gettext_lazy("There is no such lead."),
    "names_nobody": gettext_lazy(
        "No column of this file says which lead this is of: neither a key nor an address nor a name."
    ),
    "several_leads": gettext_lazy("Several leads of this company have this name: add the key or the e-mail address."),
    "unknown_campaign": gettext_lazy("There is no such campaign."),
    "unknown_deal": gettext_lazy("There is no such deal."),
    "unknown_event": gettext_lazy("No event with this id was recorded from this source."),
    "deleted_there": gettext_lazy("This record was deleted in its source."),
    "no_handoff": gettext_lazy("This lead was not with sales at that instant: nothing to attempt."),
    "bad_channel": gettext_lazy("This is not an attempt: a call, mail, message or visit is expected."),
    "bad_outcome": gettext_lazy(
        "The outcome is missing or not known: reached, no answer, voicemail left, mail sent, wrong number."
    ),
    "handoff_exists": gettext_lazy("This lead has a handoff with another date already."),
    "merged_before": gettext_lazy("One of these leads was merged before."),
    "switched_off": gettext_lazy("Age and family are switched off in the settings: this value is not taken in."),
    "state_by_deals": gettext_lazy("States of deals come with their dates in a file of deals."),
    "unknown_person": gettext_lazy("There is nobody with this e-mail address or name in the portal."),
    "other_lead": gettext_lazy("This deal belongs to another lead already."),
    "undone_too_often": gettext_lazy("This event was taken back with its import too often."),
    "other_body": gettext_lazy("An event with this id was recorded before with other values."),
    "history_needs_date": gettext_lazy("Declared history needs the date at which it happened."),
    "history_exists": gettext_lazy("Declared history brings new leads only, and this one exists with other values."),
    "history_known": gettext_lazy("Declared history may only speak of leads that came as declared history."),
    "closed_month": gettext_lazy("The book of {month} is closed: declared history may not touch it."),
    "closed_before": gettext_lazy("The closing date is needed for a deal won or lost."),
}
# Why a cell was left out of a row that comes in all the same.
LEFT_OUT: dict[str, Any] = {
    "hashed_email": gettext_lazy("This is a hashed address, not an address: left out, the row goes by its key."),
    "hashed_key": gettext_lazy(
        "This is a hashed address, not an address: taken as the key of the lead, who stays without an address."
    ),
}
FILES: dict[str, Any] = {
    "is_zip": gettext_lazy("This is a ZIP archive, not a table. Unpack it and upload the file inside."),
    "broken_xlsx": gettext_lazy("This Excel workbook cannot be read. Open it in your spreadsheet and save it anew."),
    "too_large_unpacked": gettext_lazy(
        "This Excel workbook unpacks to more than {limit} MB. Cut it into several files."
    ),
    "too_many_columns": gettext_lazy(
        "The first line has {columns} columns; at most {limit} are read. Leave out those that you do not need."
    ),
    "header_too_long": gettext_lazy(
        "The name of column {column} is longer than {limit} characters: the first line must hold the names of the columns."
    ),
    "dates_unclear": gettext_lazy(
        "Dates such as “{cell}” may be day first or month first: say which, nothing in the file shows it."
    ),
    "kind_unclear": gettext_lazy("These columns do not show what the rows are: choose it."),
    "unknown_kind": gettext_lazy("There is no kind of import called “{name}”."),
    "is_xls": gettext_lazy(
        "This is an old Excel workbook (XLS). Open it in your spreadsheet, save it as XLSX or CSV, and upload that file."
    ),
    "is_xlsb": gettext_lazy(
        "This is a binary Excel workbook (XLSB). Open it in your spreadsheet, save it as XLSX or CSV, and upload that file."
    ),
    "is_ods": gettext_lazy(
        "This is an OpenDocument spreadsheet. Open it in your spreadsheet, save it as XLSX or CSV, and upload that file."
    ),
    "is_locked": gettext_lazy(
        "This Excel workbook is locked with a password. Save it without one, or as CSV, and upload that file."
    ),
    "is_page": gettext_lazy(
        "This is a web page or XML, not a table, whatever its name says. Open it in your spreadsheet, save it as XLSX or"
        " CSV, and upload that file."
    ),
    "is_rtf": gettext_lazy("This is a text document, not a table. Export the table as CSV and upload that file."),
    "is_pdf": gettext_lazy("This is a PDF, not a table. Export the table as CSV and upload that file."),
    "is_gzip": gettext_lazy("This file is compressed (gzip). Unpack it and upload the CSV inside."),
    "is_binary": gettext_lazy("This file is a picture, not a table."),
    "too_large": gettext_lazy("The file is larger than {limit} MB. Cut it into several files."),
    "empty": gettext_lazy("The file is empty."),
    "header_only": gettext_lazy("The file has a header and no rows."),
    "header_broken": gettext_lazy("The header (line {line}) cannot be read: {why}"),
    "header_twice": gettext_lazy("Two columns are called “{name}” (columns {columns}): rename one of them."),
    "missing_column": gettext_lazy("The mapping names the column “{name}”, which the file does not have."),
    "mapping_no_object": gettext_lazy("The mapping is not a JSON object with “columns”."),
    "mapping_key": gettext_lazy("The mapping holds “{name}”, which is not known."),
    "bad_target": gettext_lazy("The column “{name}” cannot become “{target}”."),
    "bad_type": gettext_lazy("The column “{name}” has an unknown type: {type}."),
    "other_type": gettext_lazy("The column “{name}” is to be {type}, but this attribute exists as {known}."),
    "bad_option": gettext_lazy("“{name}” must be one of {allowed}."),
    "bad_zone": gettext_lazy("There is no time zone “{zone}”."),
    "target_twice": gettext_lazy("Several columns become “{target}”: {names}."),
    "required": gettext_lazy("No column is mapped to: {targets}."),
    "no_line": gettext_lazy("There is no definition of the MQL yet: write one first, then import handoffs for it."),
    "unknown_line": gettext_lazy("There is no definition called “{name}”."),
    "closed_months": gettext_lazy(
        "Declared history may not touch closed months, and this file does: {months} ({rows} rows)."
    ),
    "half_undone": gettext_lazy("A part of this import is undone: undo it to its end, then import the file again."),
    "worked_on": gettext_lazy("Somebody has worked on leads of this import since: it stays as it is."),
    "not_undoable": gettext_lazy("Only an import that has written facts can be undone."),
    "person_erased": gettext_lazy(
        "A person in this file was erased, and the file with them. Upload it again without them."
    ),
    "running": gettext_lazy("This import is under way or done: its mapping stays as it is."),
    "failed": gettext_lazy(
        "The import stopped because of an error on our side; what was done is kept and it may go on."
    ),
}
SENTENCES = CELLS | LEFT_OUT | FILES


# What people, and other imports, do to what an import made: `importing.deeds`.
DEEDS: dict[str, Any] = {
    "edit": gettext_lazy("values changed by hand"),
    "member": gettext_lazy("taken into it by hand"),
    "import": gettext_lazy("changed by another import"),
    "attempt": gettext_lazy("attempt logged"),
    "decision": gettext_lazy("decision taken"),
    "assignment": gettext_lazy("assigned by hand"),
    "handoff": gettext_lazy("handed over by hand"),
    "contact": gettext_lazy("named on a deal"),
    "merge": gettext_lazy("merged"),
    "deal": gettext_lazy("deal opened"),
    "note": gettext_lazy("note or praise written"),
    "consent": gettext_lazy("consent or opposition written down"),
    "spend": gettext_lazy("cost written down"),
    "planned": gettext_lazy("cost planned"),
    "hours": gettext_lazy("hours of work written down"),
    "kept": gettext_lazy("kept although the time agreed is over"),
    "apart": gettext_lazy("said to be another person"),
    "two_firms": gettext_lazy("said to be another company"),
}


ORDERS = {
    "iso": gettext_lazy("year, month, day"),
    "dmy": gettext_lazy("day, month, year"),
    "mdy": gettext_lazy("month, day, year"),
}


def sentence(code: str, params: dict[str, Any]) -> str:
    """The reason in the reader's language."""
    from .targets import label_of

    said = dict(params)
    if code == "required":
        said = {
            "targets": _(" or ").join(label_of(params["kind"], one, active_language()) for one in params["targets"])
        }
    if code == "target_twice":
        said["target"] = label_of(params["kind"], params["target"], active_language())
    if code == "header_broken":
        said["why"] = str(SENTENCES[params["why"]])
    if "order" in said:
        said["order"] = str(ORDERS[said["order"]])
    return str(SENTENCES[code]).format(**said)

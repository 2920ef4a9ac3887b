"""What each role does here, in the order of its day: one table of chapters, each with the page where it is done."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Chapter:
    """`url_name`: the page where it is done, without arguments; "" when it is on many pages."""

    title: str
    text: str
    url_name: str = ""
    link: str = ""


@dataclass(frozen=True)
class Guide:
    """`question`: what a person of this role wants to know in the morning."""

    role: str
    label: str
    question: str
    chapters: tuple[Chapter, ...]


ACCOUNT = Chapter(
    _("Your account"),
    _("Name, language, theme, password, passkeys and second factor, the devices you are signed in on: under your name, top right."),
    "accounts:profile", _("Open the profile"),
)  # fmt: skip
LISTS = Chapter(
    _("Lists, search, commands"),
    _("A list is filtered, sorted and given columns at its top; what you see is in its address, can be kept as a view, and is saved as CSV or XLSX. The slash key searches everywhere, Ctrl-K opens the commands."),
    "leads:list", _("Open the leads"),
)  # fmt: skip
MONTH = Chapter(
    _("The month of the contract"),
    _("One sentence, both sides in one table, a chart of the chosen clause, and what is missing with who can act. What is pending never counts as a failure; what is late and untouched always does."),
    "sla:follow_up", _("Open the contract"),
)  # fmt: skip
LOOP = Chapter(
    _("The closed loop"),
    _("A cohort follows the leads handed over in a month as long as it takes; a period counts what happened in it. Young cohorts are marked, and nothing is ranked under 20 cases."),
    "reporting:loop", _("Open the closed loop"),
)  # fmt: skip
MEETINGS = Chapter(
    _("Meetings"),
    _("Both sides over a closed month. What was broken, refused and said stands on the agenda by itself; anybody puts more there from the page it is about. What is resolved has a person in charge, a day and a figure to watch, and opens the draft that carries it out."),
    "reporting:meetings", _("Open the meetings"),
)  # fmt: skip
REMARKS = Chapter(
    _("Praise and problems"),
    _("Say at any time what was good or went wrong: of a lead, a campaign, a criterion, a promise, a persona, or of nothing in particular. Whom it concerns is told and answers; the next meeting sees it."),
    "reporting:remarks", _("Open praise and problems"),
)  # fmt: skip

REP = Guide(
    "rep", _("For sales reps"), _("Whom do I call now, and why?"),
    (
        Chapter(
            _("The queue"),
            _("The promise that breaks next stands on top, with the time left in business hours and the one reason why the lead is warm. Working from the top keeps the contract."),
            "leads:queue", _("Open the queue"),
        ),
        Chapter(
            _("One lead"),
            _("Why this lead is here, what to say, its story, and what was done. One key logs an outcome; the page then says which attempt it was and when the next one is owed. Undo takes a mistake back, now or later."),
        ),
        Chapter(
            _("Accept, refuse, return"),
            _("Your first attempt accepts the lead. Refuse before any attempt, return after work, always with a reason: some reasons ask which criterion is contradicted or which field is wrong. That is how marketing learns."),
        ),
        Chapter(
            _("Pauses"),
            _("When the prospect asked for a date, pause the promises on the lead's page: no business time passes until then, and the deadlines move by as much."),
        ),
        Chapter(
            _("Calling hours"),
            _("Where your company has set the lawful hours of a country, the queue says from when on somebody may be called, and no call is logged before. One that was made is logged with its time and its reason."),
        ),
        Chapter(
            _("The pool"),
            _("What nobody holds yet can be taken. Whoever is first wins; the other is told who won."),
            "leads:queue", _("Open the queue"),
        ),
        Chapter(
            _("Deals"),
            _("Open one from the lead with amount, date and contacts; win or lose it with a reason. It counts in the closed loop at once."),
        ),
        REMARKS, MEETINGS, LISTS, ACCOUNT,
    ),
)  # fmt: skip
MARKETER = Guide(
    "marketer", _("For marketers"), _("Do we deliver what we promised, and is it any good?"),
    (
        Chapter(
            _("Personas"),
            _("Describe whom you look for, and whom you do not. Reps read message and objections while they call. Match rules say who resembles the persona."),
            "personas:home", _("Open the common language"),
        ),
        Chapter(
            _("The definition of an MQL"),
            _("A document of sentences: who a lead is gives points for fit, what they did gives points for engagement, and the grade is the letter of the one with the digit of the other. Beside the draft stands how many leads it would qualify. It holds once a signer of each side has signed."),
            "personas:home", _("Open the common language"),
        ),
        Chapter(
            _("A criterion as a sentence"),
            _("Each line of a definition, and the match rules of a persona, may be typed or pasted as one sentence, in English or French: who it is, what was done, how often and in how many days, then a colon and the points. “country is FR or BE: +20” is one, “visited a page like /pricing: +5 each, cap 40, never fades” another. A value that could be mistaken stands between quotation marks. What is not understood is told, with the place where reading stopped and what could stand there; what you typed stays. Every form has its example in docs/criteria.md."),
        ),
        Chapter(
            _("Leads in"),
            _("Bring CSV, TSV or Excel as your system wrote it: what the rows are, the columns, the encoding and the order of dates are recognised and shown. Nothing is written before you have seen what would happen. Rejected rows come back as a file with reasons, and an import can be undone."),
            "leads:imports", _("Open the imports"),
        ),
        Chapter(
            _("Campaigns and costs"),
            _("A key, a channel, dates, and what was spent by day: the closed loop needs no more to say what each one brought."),
            "leads:campaigns", _("Open the campaigns"),
        ),
        Chapter(
            _("What became of them"),
            _("Acceptance, reasons of refusal, deals and revenue by campaign, source and persona. Every number opens the rows it counted."),
            "reporting:loop", _("Open the closed loop"),
        ),
        REMARKS, MEETINGS, LISTS, ACCOUNT,
    ),
)  # fmt: skip
MANAGER = Guide(
    "manager", _("For managers"), _("Does each side keep its word, and if not, why?"),
    (
        MONTH,
        Chapter(
            _("The document"),
            _("Clauses, calendar, first and last day, in versions that never change. One named signer of each side signs. Terms may reach back over months that are not closed yet."),
            "sla:contracts", _("Open the documents"),
        ),
        Chapter(
            _("Closing a month"),
            _("Figures, cut-off and digest are frozen. What is learned later stands beside them, dated. Opening it again needs a reason and both sides."),
            "sla:months", _("See every month"),
        ),
        Chapter(
            _("Waivers"),
            _("On the page of a lead, ask the other side to waive one promise, with a reason: its managers consent or refuse, nobody waives their own. What was waived counts neither as kept nor as missed."),
            "sla:waivers", _("See every waiver"),
        ),
        LOOP,
        MEETINGS,
        REMARKS,
        Chapter(
            _("Believed and measured"),
            _("A meeting asks both sides one question in the same words: on what share was this promise kept? Everybody answers once, without a name. Both means stand beside the fact when the meeting begins, and only where five of each side have answered."),
        ),
        Chapter(
            _("Who works what"),
            _("Sales managers see every rep's queue, give handoffs to others, and set the pools from which leads are taken in turn. None of this restarts the clock of a lead."),
            "leads:pools", _("Open the routing"),
        ),
        LISTS, ACCOUNT,
    ),
)  # fmt: skip
ADMINISTRATOR = Guide(
    "administrator", _("For administrators"), _("Who may do what, and is everything running?"),
    (
        Chapter(
            _("People"),
            _("Invite by mail or by a link that works once; role, side and team on each person's page. Whoever leaves hands on what they owe before they are switched off."),
            "accounts:people", _("Open the people"),
        ),
        Chapter(
            _("Company and calendars"),
            _("Zone and currency are fixed by the first lead. A contract counts its delays by a calendar; one without holidays warns."),
            "accounts:settings", _("Open the settings"),
        ),
        Chapter(
            _("Keys and tokens"),
            _("A write key lets the website send what visitors do; a token lets a program read the numbers. Each is shown once and can be taken back."),
            "accounts:keys", _("Open keys and tokens"),
        ),
        Chapter(
            _("Reasons and attributes"),
            _("Reason codes are renamed, put in order, added and retired; old rows keep them. Attributes you add are in forms, files, lists, criteria and exports at once; a personal one is hidden from those who read without names."),
            "leads:reasons", _("Open the reason codes"),
        ),
        Chapter(
            _("Health"),
            _("Database, processes, nights, backups, disk and mails in words, each with one next step where it is not well."),
            "jobs:health", _("Open the health"),
        ),
        Chapter(
            _("The night"),
            _("Every night recomputes grades, clocks and reports. The page of runs shows its steps, counts and errors; stopped half way, it goes on where it stopped."),
            "jobs:runs", _("Open the runs"),
        ),
        Chapter(
            _("Rights of the people behind the leads"),
            _("Consent with its proof, opposition, a copy of what is known of somebody, erasure: on the page of each lead. An address that opposed is kept as a keyed hash and never handed over again."),
        ),
        Chapter(
            _("What nobody may do"),
            _("Nobody edits history, signed papers, closed months or the audit log. Who did what, and when, stands in the audit log, written in the same transaction."),
            "accounts:audit", _("Open the audit log"),
        ),
        MEETINGS, ACCOUNT,
    ),
)  # fmt: skip
VIEWER = Guide(
    "viewer", _("For readers"), _("What is true, without having to ask anybody?"),
    (
        Chapter(
            _("Today"),
            _("What breaks next, what changed since yesterday, what waits for somebody."),
            "reporting:today", _("Open today"),
        ),
        MONTH,
        LOOP,
        MEETINGS,
        Chapter(
            _("Names stay inside"),
            _("Rows open without the personal values of the people behind them."),
        ),
        ACCOUNT,
    ),
)  # fmt: skip
GUIDES = {guide.role: guide for guide in (REP, MARKETER, MANAGER, ADMINISTRATOR, VIEWER)}

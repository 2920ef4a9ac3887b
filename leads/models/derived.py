"""Derived rows: wiped and rebuilt to the same bytes. Natural keys, no serial ids, no run ids, no updated_at."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smarketing.rows.kinds import Derived

from .queues import HandoffStateQuerySet


class BehaviourDay(Derived):
    """The behaviour ledger: how often a lead did a behaviour on a local day, as known at the end of `known_day`. Signed."""

    pk = models.CompositePrimaryKey("lead_id", "behaviour_id", "occurred_day", "known_day")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False)
    behaviour = models.ForeignKey("leads.Behaviour", models.CASCADE, db_constraint=False, db_index=False)
    occurred_day = models.DateField()
    known_day = models.DateField()
    n = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["occurred_day", "behaviour", "lead"], name="ledger_edge"),
            BrinIndex(fields=["known_day"], name="ledger_known", pages_per_range=16, autosummarize=True),
            models.Index(fields=["lead"], name="ledger_taken_back", condition=models.Q(n__lt=0)),
        ]


class MergedSpan(Derived):
    """From when to when the facts of a lead count for another one that it was merged into, by however many `steps`.

    `since`: the last of the merges between them became known; `until`: the first of them was taken back, null while all
    of them stand. A lead in the middle keeps those merged into it: it has them again when it stands for itself.
    """

    pk = models.CompositePrimaryKey("lead_id", "root_id", "since")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    root = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    steps = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["root", "lead"], name="span_root")]


class RawSum(Derived):
    """An atom of a version (`leads.scoring.program`) for a lead, as known when the day of its block began. Exact and never
    saturated: Σ n × weight(age), a whole number below 2^53; of the youngest kind the number of the youngest day that counts.
    """

    pk = models.CompositePrimaryKey("lead_id", "version_id", "atom")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False)
    version = models.ForeignKey("personas.DefinitionVersion", models.CASCADE, db_constraint=False, db_index=False)
    atom = models.SmallIntegerField()
    value = models.FloatField()


class RawSumDay(Derived):
    """The local day to whose beginning the raw sums of a version are moved, for a block of leads (its lowest id)."""

    pk = models.CompositePrimaryKey("version_id", "low")
    version = models.ForeignKey("personas.DefinitionVersion", models.CASCADE, db_constraint=False, db_index=False)
    low = models.BigIntegerField()
    day = models.DateField()


class CompanyDay(Derived):
    """What a company's people come to from the beginning of a local day on, where it changes (`scoring.company_days`)."""

    pk = models.CompositePrimaryKey("company_id", "day")
    company = models.ForeignKey("leads.Company", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()
    people = models.IntegerField()
    active = models.IntegerField()
    acts = models.IntegerField()
    mqls = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["day", "company"], name="company_day_moved")]


class ScoreColumns(Derived):
    version = models.ForeignKey("personas.DefinitionVersion", models.CASCADE, db_constraint=False, db_index=False)
    fit = models.SmallIntegerField()
    engagement = models.SmallIntegerField()
    grade = models.CharField(max_length=2)
    contributions = ArrayField(models.IntegerField())
    mql = models.BooleanField()  # the pure function says yes: grade cell or direct, must-haves met, no exclusion
    direct = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Score(ScoreColumns):
    """Current score of a lead on a line. `track` "live" or "observed"; `effective_at` is the moment it became so."""

    pk = models.CompositePrimaryKey("lead_id", "line_id", "track")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False)
    line = models.ForeignKey("personas.DefinitionLine", models.CASCADE, db_constraint=False, db_index=False)
    track = models.CharField(max_length=8, default="live")
    effective_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["line", "grade"], name="score_grade")]


class ScoreHistory(ScoreColumns):
    """One row per moment at which the score differs from the one before."""

    pk = models.CompositePrimaryKey("lead_id", "line_id", "track", "effective_at")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False)
    line = models.ForeignKey("personas.DefinitionLine", models.CASCADE, db_constraint=False, db_index=False)
    track = models.CharField(max_length=8, default="live")
    effective_at = models.DateTimeField()


class PersonaMatch(Derived):
    pk = models.CompositePrimaryKey("lead_id", "persona_id")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False, db_index=False)
    persona = models.ForeignKey("personas.Persona", models.CASCADE, db_constraint=False)
    version = models.ForeignKey("personas.PersonaVersion", models.CASCADE, db_constraint=False, db_index=False)


class HandoffState(Derived):
    """All that changes about a handoff, derived from assignments, decisions, attempts and clocks; locks are taken here."""

    class State(models.TextChoices):
        POOLED = "pooled", _("pooled")
        ASSIGNED = "assigned", _("assigned")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        RETURNED = "returned", _("returned")
        CONVERTED = "converted", _("converted")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MERGED = "merged", pgettext_lazy("handoff", "merged")

    OPEN = ("pooled", "assigned", "accepted")

    handoff = models.OneToOneField("leads.Handoff", models.CASCADE, primary_key=True, related_name="state_row")
    lead = models.ForeignKey("leads.Lead", models.CASCADE, db_constraint=False)
    line = models.ForeignKey("personas.DefinitionLine", models.CASCADE, db_constraint=False, db_index=False)
    state = models.CharField(max_length=9, choices=State)
    is_open = models.BooleanField()
    rep = models.ForeignKey("accounts.User", models.CASCADE, null=True, db_constraint=False, db_index=False)
    pool = models.ForeignKey("leads.Pool", models.CASCADE, null=True, db_constraint=False)
    first = models.BooleanField(default=True)  # first handoff of the lead's root on the line
    assigned_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)  # counted by the handoff's rules
    first_attempt_at = models.DateTimeField(null=True)
    tried = ArrayField(models.DateTimeField(), default=list)  # instants of the attempts that count, ascending
    reached_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    implicit = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    first_decision = models.CharField(max_length=10, default="", blank=True)
    reason = models.CharField(max_length=12, default="", blank=True)
    sql_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    grade_rank = models.SmallIntegerField(default=99)
    effective_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_label = models.CharField(max_length=20, default="", blank=True)
    snoozed_until = models.DateTimeField(null=True)
    step_at = models.DateTimeField(null=True)  # by when the next step is to be done that the rep named
    # By which working time left is told: that of the clause that made the promise.
    calendar = models.ForeignKey(
        "calendars.CalendarVersion", models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    objects = HandoffStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "line"], condition=models.Q(is_open=True), name="one_open_handoff"),
        ]
        indexes = [
            models.Index(
                fields=["rep", "due_at", "grade_rank", "effective_at", "handoff"],
                condition=models.Q(is_open=True),
                name="queue_order",
            ),
            models.Index(fields=["line", "state"], name="state_line"),
            models.Index(fields=["rep", "lead"], name="state_rep_lead"),
        ]


class LeadWords(Derived):
    """The words of a living lead's name and e-mail address, without case and accents; marked by =, those of its company.

    Beside them, what leads are mostly sorted by: `name`, last name then first name without case and accents, and
    `created_at`. Triggers keep them (migrations 0019 and 0070), whoever writes a lead or a company.
    """

    lead = models.OneToOneField("leads.Lead", models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    words = SearchVectorField()
    name = models.TextField()
    created_at = models.DateTimeField()

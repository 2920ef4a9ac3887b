"""Acts: decisions of a named person or run, added once, naming the versions they were taken under."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Act


class Done(Act):
    """`occurred_at` when it was done, `recorded_at` from the fence, `known_at` as for facts."""

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    known_at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class HandoffRules(Act):
    """Rules pushed down by the contract (or the starter rules, `contract` empty): named by each handoff.

    body: {"attempts": 3, "same_within_minutes": 30, "per_day": 2, "channels": [...], "on_silence": "escalate", ...}
    """

    contract = models.CharField(max_length=40, default="", blank=True)
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT, null=True)
    body = models.JSONField()
    effective_at = models.DateTimeField()
    adopted_at = models.DateTimeField()


class Qualification(Act):
    """The instant at which the definition in force became true for a lead; `cycle` 0, 1, ... by recorded recyclings."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="qualifications")
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT)
    version = models.ForeignKey("personas.DefinitionVersion", models.PROTECT)
    cycle = models.IntegerField(default=0)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    cause = models.CharField(max_length=12)  # grade, direct
    grade = models.CharField(max_length=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "line", "cycle"], name="qualification_once")]


class Hold(Act):
    """Why a qualification may not pass yet; the latest one is current until a handoff names the qualification."""

    class Reason(models.TextChoices):
        OPPOSITION = "opposition", _("opposition")
        COOL_DOWN = "cool_down", _("cool-down")
        PACE = "pace", _("pace")
        OPEN_HANDOFF = "open_handoff", _("open handoff")
        MANDATORY = "mandatory", _("missing mandatory field")

    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=12, choices=Reason)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()


class Handoff(Done):
    """The act by which marketing passes one qualified lead to sales. `occurred_at` is `handed_at` everywhere in words."""

    class Gate(models.TextChoices):
        IMMEDIATE = "immediate", _("immediate")
        RELEASED = "released", _("released")
        DIRECT = "direct", _("direct")
        MANUAL = "manual", _("by hand")
        IMPORTED = "imported", _("imported")

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="handoffs")
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT)
    qualification = models.OneToOneField(Qualification, models.PROTECT, null=True, related_name="handoff")
    version = models.ForeignKey("personas.DefinitionVersion", models.PROTECT, null=True)
    rules = models.ForeignKey(HandoffRules, models.PROTECT, null=True)
    gate = models.CharField(max_length=10, choices=Gate)
    day_only = models.BooleanField(default=False)
    grade = models.CharField(max_length=2, default="", blank=True)
    imported_by = models.ForeignKey("leads.Import", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["line", "occurred_at"], name="handoff_when"),
            models.Index(fields=["occurred_at"], name="handoff_happened"),
            models.Index(fields=["lead"], condition=models.Q(gate="imported"), name="handoff_brought"),
        ]


class StageMove(Done):
    """Append-only log of stages; a trigger refuses a move whose `from_stage` is not the last `to_stage`."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="moves")
    number = models.IntegerField()  # 1, 2, 3 ... per lead, without gaps
    from_stage = models.CharField(max_length=12, blank=True, default="")
    to_stage = models.CharField(max_length=12)
    cause = models.CharField(max_length=20)
    handoff = models.ForeignKey(Handoff, models.PROTECT, null=True, related_name="moves")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "number"], name="stage_move_once")]


class Assignment(Done):
    """Names the rep in charge (null: back to the pool). `how`: turn, taken, manager, account."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="assignments")
    rep = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    pool = models.ForeignKey("leads.Pool", models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10)
    reason = models.CharField(max_length=120, default="", blank=True)


class Routing(Done):
    """Who was considered for a handoff, and why one got it or nobody did: the rep chosen (null: nobody), by which way (`how`, as of
    Assignment) and on what occasion (`cause`).

    considered: {"account": [rep, why] or null, "pools": [[pool, whether its rule holds, [[rep, why, load, cap, turns]]]]},
    in the order in which they were asked; `why` is a key of `leads.handoffs.turns.WHY`.
    """

    class Cause(models.TextChoices):
        HANDED = "handed", _("handed over")
        FREED = "freed", _("somebody became free")
        GIVEN_ON = "given_on", _("a promise was broken")
        RELIEVED = "relieved", _("the rep is away or leaves")
        CONTESTED = "contested", _("a refusal was contested with success")

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="routings")
    rep = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    pool = models.ForeignKey("leads.Pool", models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10)
    cause = models.CharField(max_length=10, choices=Cause)
    considered = models.JSONField()


class Decision(Done):
    class Kind(models.TextChoices):
        ACCEPT = "accept", _("acceptance")
        REFUSE = "refuse", _("refusal")
        RETURN = "return", _("return")
        QUALIFY = "qualify", _("need confirmed")
        WITHDRAW = "withdraw", _("withdrawal")
        EXPIRE = "expire", _("expiry")

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=12, default="", blank=True)  # code of leads.handoffs.reasons
    evidence = models.CharField(max_length=80, default="", blank=True)  # key of a criterion, field or record
    return_on = models.DateField(null=True)
    # The definition under which it was decided: null where none was in force, or somebody else decided it elsewhere.
    version = models.ForeignKey(
        "personas.DefinitionVersion", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            BrinIndex(fields=["recorded_at"], name="decision_recorded", pages_per_range=32),
            models.Index(fields=["occurred_at"], name="decision_happened"),
        ]


class Need(Act):
    """What was found out when a need was confirmed: which of the four questions are answered, for how much, until when."""

    decision = models.OneToOneField(Decision, models.PROTECT, primary_key=True, related_name="need")
    need = models.BooleanField()
    budget = models.BooleanField()
    authority = models.BooleanField()
    timing = models.BooleanField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    decides_on = models.DateField(null=True)
    note = models.ForeignKey("leads.Note", models.PROTECT, null=True, related_name="+")

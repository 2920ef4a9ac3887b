"""Rights of the people behind the leads: consent with its proof, the suppression list; and what people note of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import Side
from smarketing.rows.kinds import Fact, Working

from .facts import Dated


class Consent(Dated):
    """What a person said about being contacted; the newest that was not taken back holds. Its proof is in ConsentProof."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("consent given")
        WITHDRAWN = "withdrawn", _("consent withdrawn")
        OPPOSED = "opposed", _("opposition")

    class Purpose(models.TextChoices):
        PROSPECTING = "prospecting", _("prospecting")
        NEWSLETTER = "newsletter", _("newsletter")
        EVENTS = "events", _("invitations to events")
        ANY = "any", _("every purpose")

    class Channel(models.TextChoices):
        ANY = "any", _("every channel")
        MAIL = "mail", _("e-mail")
        CALL = "call", _("telephone")
        MESSAGE = "message", _("message")
        POST = "post", _("letter")

    class Basis(models.TextChoices):
        CONSENT = "consent", _("consent")
        INTEREST = "interest", _("legitimate interest")
        CONTRACT = "contract", _("contract")

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=9, choices=Kind)
    purpose = models.CharField(max_length=12, choices=Purpose)
    channel = models.CharField(max_length=8, choices=Channel)
    basis = models.CharField(max_length=8, choices=Basis, default="", blank=True)
    day_only = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")


class ConsentProof(Fact):
    """Where it was said (a form, a call, a letter) and the words that prove it."""

    consent = models.OneToOneField(Consent, models.PROTECT, primary_key=True, related_name="proof")
    source = models.CharField(max_length=120, default="", blank=True)
    text = models.TextField(default="", blank=True)


class Suppression(Dated):
    """An e-mail address that is not to be contacted, as its keyed hash; taken off the list by a Correction."""

    class Origin(models.TextChoices):
        OPPOSITION = "opposition", _("opposition of a lead")
        FILE = "file", _("file of opt-outs")
        HAND = "hand", _("written by hand")
        ERASURE = "erasure", _("erasure of a person")
        GONE = "gone", _("erased after opposing")

    key = models.BinaryField(max_length=32, db_index=True)
    origin = models.CharField(max_length=10, choices=Origin)
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")


class SuppressionKey(Working):
    """A key of the hashes on the suppression list, known by its fingerprint; the key itself is outside the database."""

    fingerprint = models.BinaryField(max_length=16, unique=True)
    made_at = models.DateTimeField()


class RefusedArrival(Working):
    """How often somebody who was erased after opposing came back on a day, and was not taken in; nothing else is kept."""

    class Way(models.TextChoices):
        FILE = "file", _("files")
        SITE = "site", _("websites and programs")
        HAND = "hand", _("forms filled by hand")

    day = models.DateField()
    way = models.CharField(max_length=4, choices=Way)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "way"], name="refused_arrivals_once")]


class Note(Dated):
    """What somebody noted of a lead, or (a remark alone) of something else; the words are in NoteText."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, related_name="notes")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")


class NoteText(Fact):
    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="words")
    text = models.TextField()


class RemarkQuerySet(models.QuerySet):
    def standing(self) -> "RemarkQuerySet":
        """Those that were not taken back."""
        return self.exclude(models.Exists(_taken_back("note")))

    def visible_to(self, user) -> "RemarkQuerySet":
        """Those about leads that a person may see, and those about no lead."""
        from .identities import Lead

        seen = Lead.objects.visible_to(user).values("pk")
        return self.filter(models.Q(note__lead=None) | models.Q(note__lead__in=seen))

    def answered(self) -> "RemarkQuerySet":
        return self.filter(models.Exists(self._replies()))

    def unanswered(self) -> "RemarkQuerySet":
        return self.exclude(models.Exists(self._replies()))

    def _replies(self) -> models.QuerySet:
        return Reply.objects.filter(to=models.OuterRef("pk")).exclude(models.Exists(_taken_back("note")))


class Remark(Fact):
    """A note that praises or names a problem: about what (`about`, and `ref` where that is no lead), which side, and whom of
    it, about which handoff or deal. Its words, its author and its taking back are the note's.

    `ref`: the id of a campaign or persona; "definition:criterion", "contract:clause"; "" for a lead or nothing in particular.
    """

    class Kind(models.TextChoices):
        PRAISE = "praise", _("praise")
        PROBLEM = "problem", _("problem")

    class About(models.TextChoices):
        LEAD = "lead", _("a lead")
        CAMPAIGN = "campaign", _("a campaign")
        CRITERION = "criterion", _("a criterion")
        CLAUSE = "clause", _("a clause")
        PERSONA = "persona", _("a persona")
        GENERAL = "general", _("nothing in particular")

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="remark")
    kind = models.CharField(max_length=7, choices=Kind)
    about = models.CharField(max_length=9, choices=About, default=About.LEAD)
    ref = models.CharField(max_length=90, default="", blank=True)
    side = models.CharField(max_length=10, choices=Side, blank=True)
    to = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, related_name="remarks")
    deal = models.ForeignKey("leads.Deal", models.PROTECT, null=True, related_name="remarks")

    objects = RemarkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["about", "ref"], name="remark_about")]


class Reply(Fact):
    """A note that answers a remark. Taken back, the remark waits again."""

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="reply")
    to = models.ForeignKey(Remark, models.PROTECT, related_name="replies")


class DisagreementQuerySet(models.QuerySet):
    def standing(self) -> "DisagreementQuerySet":
        """Those that were not taken back."""
        return self.exclude(models.Exists(_taken_back("note")))

    def unanswered(self) -> "DisagreementQuerySet":
        """Those without an answer that stands: what the next meeting is to look at."""
        return self.exclude(models.Exists(self._answers()))

    def answered(self) -> "DisagreementQuerySet":
        return self.filter(models.Exists(self._answers()))

    def _answers(self) -> models.QuerySet:
        return Answer.objects.filter(to=models.OuterRef("pk")).exclude(models.Exists(_taken_back("note")))


def _taken_back(name: str) -> models.QuerySet:
    from .facts import Correction

    return Correction.objects.filter(subject="note", subject_id=models.OuterRef(name))


class Disagreement(Fact):
    """A note that disagrees with a criterion (its key; "" for the grade as a whole) as it counted for a lead: by which version,
    with which grade and how many points then. Its words, its author and its taking back are the note's."""

    class Reason(models.TextChoices):
        WRONG_FACT = "wrong_fact", _("the fact is wrong")
        TOO_MUCH = "too_much", _("counts too much")
        TOO_LITTLE = "too_little", _("counts too little")
        NOT_A_SIGN = "not_a_sign", _("says nothing of a good lead")
        MISSING = "missing", _("something is missing")

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="disagreement")
    line = models.ForeignKey("personas.DefinitionLine", models.PROTECT, related_name="disagreements")
    version = models.ForeignKey("personas.DefinitionVersion", models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=60, default="")
    reason = models.CharField(max_length=10, choices=Reason)
    grade = models.CharField(max_length=2)
    points = models.IntegerField()

    objects = DisagreementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["line", "criterion"], name="disagreement_criterion")]


class Answer(Fact):
    """A note that answers a disagreement: taken into the draft of that number, or kept. Taken back, it is open again."""

    class Kind(models.TextChoices):
        TAKEN = "taken", _("taken into the draft")
        KEPT = "kept", _("kept as it is")

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="answer")
    to = models.ForeignKey(Disagreement, models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=5, choices=Kind)
    draft = models.IntegerField(null=True)


class ContestQuerySet(models.QuerySet):
    def standing(self) -> "ContestQuerySet":
        """Those that were not taken back."""
        return self.exclude(models.Exists(_taken_back("note")))

    def unruled(self) -> "ContestQuerySet":
        """Those without a ruling that stands."""
        return self.exclude(models.Exists(self._rulings()))

    def ruled(self, kind: str) -> "ContestQuerySet":
        return self.filter(models.Exists(self._rulings().filter(kind=kind)))

    def _rulings(self) -> models.QuerySet:
        return Ruling.objects.filter(to=models.OuterRef("pk")).exclude(models.Exists(_taken_back("note")))


class Contest(Fact):
    """A note by which marketing contests a refusal or a return: what speaks against its reason (`evidence`: another record, or
    blank), and by which day a manager is to rule. Its words, its author and its taking back are the note's."""

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="contest")
    decision = models.ForeignKey("leads.Decision", models.PROTECT, related_name="contests")
    evidence = models.CharField(max_length=80, default="", blank=True)
    due_on = models.DateField()

    objects = ContestQuerySet.as_manager()


class Ruling(Fact):
    """A note that rules on a contest: upheld, the decision is taken back and the lead goes to sales again; or it stays."""

    class Kind(models.TextChoices):
        UPHELD = "upheld", _("upheld: back to sales")
        STAYS = "stays", _("rejected: the decision stays")

    note = models.OneToOneField(Note, models.PROTECT, primary_key=True, related_name="ruling")
    to = models.ForeignKey(Contest, models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=6, choices=Kind)


class Absence(Dated):
    """A rep is away from a local day to another, both included: nobody gives them leads meanwhile. Why is nobody's business."""

    rep = models.ForeignKey("accounts.User", models.PROTECT, related_name="absences")
    first = models.DateField()
    last = models.DateField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="absence_has_days", condition=models.Q(first__lte=models.F("last")))]
        indexes = [models.Index(fields=["rep", "last"], name="absence_of_rep")]

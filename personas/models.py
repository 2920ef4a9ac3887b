"""The shared language: personas, the catalogue of fields, MQL definitions in immutable versions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas import story
from smarketing.agreements.models import Paper
from smarketing.rows.kinds import Act, Working


class FieldDef(Working):
    """One field of the catalogue, custom ones included. `key` is "lead.function", "company.employees", "lead.x_origin".

    `column` names the derived column that holds it; empty for custom attributes, kept in `attributes[name]`.
    French sentences need the article and gender of the label. A retired one is offered no more; rows keep its values.
    """

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        MONEY = "money", _("money")
        DATE = "date", _("date")
        BOOL = "bool", _("yes or no")
        CHOICE = "choice", _("choice")
        PERSON = "person", _("person")

    subject = models.CharField(max_length=10)  # lead, company, campaign, deal
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=71, unique=True)
    type = models.CharField(max_length=6, choices=Type)
    column = models.CharField(max_length=40, blank=True, default="")
    label_en = models.CharField(max_length=80)
    label_fr = models.CharField(max_length=80)
    article_fr = models.CharField(max_length=3, blank=True, default="")  # le, la, l', les
    personal = models.BooleanField(default=False)
    changeable = models.BooleanField(default=True)
    steady = models.BooleanField(default=False)  # once known it stays: nobody waits for it to change
    advised = models.BooleanField(default=True)  # "what would make this an MQL" may ask for it, where it is changeable
    choices = models.JSONField(default=list, blank=True)
    listing = models.CharField(max_length=60, blank=True, default="")  # name of a list of leads (`personas.lead_lists`)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "name"], name="field_name_once")]

    def __str__(self) -> str:
        return self.key


class EventKind(Working):
    """What a company said of one kind of event (`personas.criteria.behaviours`): whether "what would make this an MQL" may ask for
    it. A kind that a person may do and of which nothing was said may be advised."""

    kind = models.CharField(max_length=20, unique=True)
    advised = models.BooleanField(default=True)


class Persona(Working):
    """Name and place of a buyer persona; everything said about it is in its versions."""

    name = models.CharField(max_length=80, unique=True)
    negative = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)
    place = models.IntegerField(default=0)  # in the agreed order: of those a lead resembles, the first one counts
    review_on = models.DateField(null=True, blank=True)  # by when somebody asks whether it is still true
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PersonaVersion(Act):
    """Immutable. `story` holds what is told by key and language ("role.skills@fr", `personas.story`), `rules` a condition
    tree of `personas.criteria`."""

    persona = models.ForeignKey(Persona, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    story = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["persona", "number"], name="persona_version_once")]

    def told(self, language: str) -> dict[str, str]:
        """The story by key as a reader of `language` reads it (`personas.story.told`)."""
        return {key: text for key, (text, _lang) in story.told(self.story, language).items()}


class PersonaDraft(Working):
    """The next version of a persona (or a first one: no persona yet) while it is being written, step by step.

    `rules` holds what the form of the conditions shows, name of field → values: what is half chosen stays so. `revision`
    refuses a save made from a stale page.
    """

    persona = models.OneToOneField(Persona, models.CASCADE, null=True, related_name="draft")
    name = models.CharField(max_length=80, blank=True, default="")
    negative = models.BooleanField(default=False)
    story = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    step = models.CharField(max_length=12, default="", blank=True)
    revision = models.IntegerField(default=0)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)
    edited_at = models.DateTimeField()


class PersonaOrder(Act):
    """The agreed order of the personas from `at` on: of several that a lead resembles, the first one counts."""

    order = ArrayField(models.BigIntegerField())
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    at = models.DateTimeField()


class PersonaReview(Act):
    """Somebody read a version again and found it still true; `next_on`: when it is to be asked again."""

    persona = models.ForeignKey(Persona, models.PROTECT, related_name="reviews")
    version = models.ForeignKey(PersonaVersion, models.PROTECT)
    next_on = models.DateField(null=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    at = models.DateTimeField()


class PersonaInterview(Act):
    """A talk on which a persona stands. Never names who was asked; what they said lies apart (`InterviewWords`)."""

    persona = models.ForeignKey(Persona, models.PROTECT, related_name="interviews")
    held_on = models.DateField()
    interviewer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class InterviewWords(Working):
    """Whom it was held with, in general words, and what they said, kept only with their consent; gone once taken back."""

    interview = models.OneToOneField(PersonaInterview, models.CASCADE, primary_key=True, related_name="words")
    source = models.CharField(max_length=160)
    quote = models.TextField(blank=True, default="")
    consented = models.BooleanField(default=False)


class InterviewBack(Act):
    """An interview taken back: it stays, struck through, without its words."""

    interview = models.OneToOneField(PersonaInterview, models.PROTECT, primary_key=True, related_name="back")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, default="")


class DefinitionLine(Working):
    """The lasting name of a definition; versions follow one another on it."""

    name = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class DefinitionDraft(Working):
    """What is being written. `revision` refuses a save made from a stale page; `history` keeps 50 steps of undo."""

    line = models.OneToOneField(DefinitionLine, models.CASCADE, related_name="draft")
    body = models.JSONField(default=dict)
    revision = models.IntegerField(default=0)
    history = models.JSONField(default=list)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)
    edited_at = models.DateTimeField(null=True)


class VersionQuerySet(models.QuerySet):
    def standing(self, at=None):
        """Those that no newer one replaced before they began: one that takes effect by the same day, or says so (`replaces`).

        `at`: as it stood then; None: by everything signed so far.
        """
        day = models.Q(effective_at__lte=models.OuterRef("effective_at")) | models.Q(replaces=models.OuterRef("pk"))
        newer = DefinitionVersion.objects.filter(
            day, line=models.OuterRef("line"), number__gt=models.OuterRef("number")
        )
        return self.exclude(models.Exists(newer if at is None else newer.filter(published_at__lte=at)))


class DefinitionVersion(Act):
    """A published, immutable version: the signed paper's body, in force from `effective_at`. One that `retires` the line makes
    no MQL of anybody; one that `replaces` a version was signed before that one began, and it never does."""

    line = models.ForeignKey(DefinitionLine, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    paper = models.OneToOneField(Paper, models.PROTECT, related_name="definition_version")
    body = models.JSONField()
    effective_at = models.DateTimeField()
    retires = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    published_at = models.DateTimeField()
    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="definition_version_once")]
        indexes = [models.Index(fields=["line", "-effective_at"])]

    @property
    def before(self) -> int:
        """The number of the version before it; 0 for none."""
        return self.number - 1


class Comment(Working):
    """What somebody says about one line of a definition, or about the whole; others answer it. `place` names the line
    (`personas.builder.places`), "" the whole; `quote` is the criterion or condition as it stood then."""

    line = models.ForeignKey(DefinitionLine, models.PROTECT, related_name="comments")
    place = models.CharField(max_length=60, blank=True, default="")
    quote = models.JSONField(default=dict)
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    text = models.TextField()
    side = models.CharField(max_length=10, blank=True, default="")  # of its author, then
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    resolved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["line", "at"])]


class GlossaryTerm(Working):
    """A word of the glossary as a company writes it, in place of the one it started with (`personas.glossary.first`).

    `body`: its binding and its texts by language (`personas.glossary.terms.Term.body`). `revision` refuses a save made from a
    stale page.
    """

    key = models.SlugField(max_length=60, unique=True)
    body = models.JSONField()
    removed = models.BooleanField(default=False)
    revision = models.IntegerField(default=1)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True)
    edited_at = models.DateTimeField()


class GlossaryVersion(Act):
    """The words that both sides signed, in force from the second signature on. Never changes."""

    number = models.IntegerField(unique=True)
    paper = models.OneToOneField(Paper, models.PROTECT, related_name="glossary_version")
    terms = models.JSONField()
    effective_at = models.DateTimeField()
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True)
    published_at = models.DateTimeField()

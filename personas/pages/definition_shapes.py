"""Shapes of the answers about definitions, as programs read them (`definition_api`)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

BOTH = _("By language: en, fr.")


class WordsShape(serializers.Serializer):
    en = serializers.CharField(allow_blank=True)
    fr = serializers.CharField(allow_blank=True)


class SentenceShape(serializers.Serializer):
    section = serializers.ChoiceField(["fit", "engagement", "must", "never", "mql", "direct", "rest"])
    place = serializers.CharField(help_text=_("What a comment on this line names."))
    depth = serializers.IntegerField(help_text=_("1 inside a group, else 0."))
    words = WordsShape(help_text=BOTH)


class SignatureShape(serializers.Serializer):
    side = serializers.ChoiceField(["marketing", "sales"])
    by = serializers.CharField(allow_blank=True, help_text=_("Blank while the side has not signed."))
    at = serializers.DateTimeField(allow_null=True)


class PaperShape(serializers.Serializer):
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    proposed_by = serializers.CharField(allow_blank=True)
    proposed_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField(allow_null=True, help_text=_("Null: with the second signature."))
    retires = serializers.BooleanField(help_text=_("Whether it ends the definition: nobody becomes an MQL by it."))
    calls_off = serializers.IntegerField(allow_null=True, help_text=_("The version that never takes effect by it."))
    moves = serializers.IntegerField(
        allow_null=True, help_text=_("The version that takes effect on another day by it.")
    )
    signatures = SignatureShape(many=True, help_text=_("One of each side."))


class DefinitionShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField(
        help_text=_(
            "empty: nothing was ever proposed; writing: the draft is ahead; proposed: it waits for signatures; agreed: both sides have signed it."
        )
    )
    revision = serializers.IntegerField(help_text=_("Of the draft."))
    in_force = serializers.IntegerField(allow_null=True, help_text=_("The version in force now; null for none."))
    observed = serializers.IntegerField(
        allow_null=True, help_text=_("The signed version that waits for its day; null for none.")
    )
    comments = serializers.IntegerField(help_text=_("Those that wait for an answer or a change."))
    url = serializers.URLField()


class DraftShape(serializers.Serializer):
    revision = serializers.IntegerField()
    edited_by = serializers.CharField(allow_blank=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    ahead = serializers.BooleanField(help_text=_("Whether it says something else than the newest paper."))
    sound = serializers.BooleanField(help_text=_("Whether it could be proposed as it stands."))
    body = serializers.DictField(help_text=_("As the schema of criteria describes it."))
    sentences = SentenceShape(many=True)


class OneDefinitionShape(DefinitionShape):
    draft = DraftShape()
    waiting = PaperShape(allow_null=True, help_text=_("The paper that waits for signatures; null for none."))


class DefinitionVersionShape(PaperShape):
    number = serializers.IntegerField(help_text=_("Of the version."))
    effective_at = serializers.DateTimeField(help_text=_("In force since then, until the next one is."))
    in_force = serializers.BooleanField(help_text=_("Now, or at the instant that is asked for."))
    replaced_by = serializers.IntegerField(
        allow_null=True,
        help_text=_("The version signed in its stead before it took effect; null where it did, or will."),
    )
    url = serializers.URLField()


class PinnedShape(serializers.Serializer):
    persona = serializers.CharField()
    number = serializers.IntegerField(help_text=_("Of the version of the persona."))
    rules = serializers.DictField()
    words = WordsShape(help_text=BOTH)


class OneVersionShape(DefinitionVersionShape):
    definition = serializers.CharField()
    body = serializers.DictField(help_text=_("As the schema of criteria describes it."))
    sentences = SentenceShape(many=True)
    personas = PinnedShape(many=True, help_text=_("The personas that it names, as they were signed."))


class InForceShape(serializers.Serializer):
    at = serializers.DateTimeField()
    version = OneVersionShape(allow_null=True, help_text=_("Null: none was in force."))


class DifferenceShape(serializers.Serializer):
    kind = serializers.CharField(help_text=_("added, removed, changed, points_raised, …"))
    key = serializers.CharField(help_text=_("Of the criterion, group or setting."))
    words = WordsShape(help_text=BOTH)


class DifferencesShape(serializers.Serializer):
    old = serializers.CharField(help_text=_("draft, paper, or the number of a version."))
    new = serializers.CharField()
    differences = DifferenceShape(many=True, help_text=_("None: both say the same."))


class SaidShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    side = serializers.CharField(allow_blank=True, help_text=_("Of its author, then."))
    text = serializers.CharField()


class ThreadShape(serializers.Serializer):
    id = serializers.IntegerField(help_text=_("Of its first comment: an answer names it."))
    place = serializers.CharField(allow_blank=True, help_text=_("Of the line; blank for the whole definition."))
    words = WordsShape(help_text=_("The line as it read then, by language."))
    settled_by = serializers.CharField(allow_blank=True, help_text=_("Blank while it is open."))
    settled_at = serializers.DateTimeField(allow_null=True)
    comments = SaidShape(many=True, help_text=_("Oldest first, without those that were taken back."))


class SayShape(serializers.Serializer):
    text = serializers.CharField(allow_blank=True)
    place = serializers.CharField(
        default="", allow_blank=True, max_length=60, help_text=_("Of the line; blank for the whole definition.")
    )
    answers = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=2**63 - 1, help_text=_("The comment that is answered.")
    )


class SettleShape(serializers.Serializer):
    settled = serializers.BooleanField(default=True, help_text=_("false opens it again."))

"""What programs are answered about meetings, resolutions and remarks, and what they say."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from leads.models import Remark
from reporting.models import Resolution


class PointShape(serializers.Serializer):
    kind = serializers.CharField()
    ref = serializers.CharField(
        allow_blank=True, help_text=_("What it is about: a key or an id; blank for a point written by hand.")
    )
    text = serializers.CharField()
    more = serializers.CharField(allow_blank=True)


class BeliefShape(serializers.Serializer):
    marketing = serializers.CharField(help_text=_("Mean of marketing's estimates in percent, a decimal string."))
    sales = serializers.CharField(help_text=_("Mean of sales' estimates in percent, a decimal string."))
    measured = serializers.CharField(allow_null=True, help_text=_("The share that was kept, in percent."))


class ReadingShape(serializers.Serializer):
    first = serializers.DateField()
    until = serializers.DateField(help_text=_("Exclusive."))
    value = serializers.CharField(allow_null=True)
    n = serializers.IntegerField()
    of = serializers.IntegerField(allow_null=True)
    interval = serializers.ListField(child=serializers.CharField(), allow_null=True)


class ResolutionShape(serializers.Serializer):
    id = serializers.IntegerField()
    meeting = serializers.IntegerField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    in_charge = serializers.CharField()
    due = serializers.DateField()
    measure = serializers.CharField(allow_blank=True)
    where = serializers.DictField(child=serializers.CharField())
    direction = serializers.CharField(help_text=", ".join(Resolution.Direction.values))
    target = serializers.CharField(allow_null=True, help_text=_("In the measure's unit; a share in percent."))
    done = serializers.BooleanField(allow_null=True, help_text=_("Null while nobody said."))
    before = ReadingShape(
        allow_null=True, help_text=_("Ninety days up to the meeting. What moved since is not proof of cause.")
    )
    since = ReadingShape(allow_null=True)


class MeetingShape(serializers.Serializer):
    id = serializers.IntegerField()
    contract = serializers.CharField()
    month = serializers.CharField(help_text=_("As 2026-11."))
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    place = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="planned, closed, cancelled")
    url = serializers.URLField()


class MeetingWholeShape(MeetingShape):
    people = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text=_("Names by side.")
    )
    agenda = PointShape(many=True)
    text = serializers.CharField(allow_blank=True, help_text=_("The minutes."))
    resolutions = ResolutionShape(many=True)
    question = serializers.CharField(allow_blank=True)
    belief = BeliefShape(
        allow_null=True, help_text=_("Null under five answers of a side, and before the meeting begins.")
    )


class RemarkShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text=", ".join(Remark.Kind.values))
    about = serializers.CharField(help_text=", ".join(Remark.About.values))
    ref = serializers.CharField(allow_blank=True)
    words = serializers.CharField(help_text=_("What it is about."))
    side = serializers.CharField(allow_blank=True)
    text = serializers.CharField(
        allow_blank=True, help_text=_("Blank without the right to personal values, of a remark on a lead.")
    )
    by = serializers.CharField()
    answers = serializers.IntegerField()


class RemarkSayShape(serializers.Serializer):
    kind = serializers.CharField(help_text=", ".join(Remark.Kind.values))
    about = serializers.CharField(default=Remark.About.GENERAL, help_text=", ".join(Remark.About.values))
    ref = serializers.CharField(
        default="",
        allow_blank=True,
        help_text=_("The id of a lead, campaign or persona; definition:criterion; contract:clause."),
    )
    side = serializers.CharField(
        default="", allow_blank=True, help_text=_("Whose work it is about: marketing, sales, or blank.")
    )
    text = serializers.CharField(allow_blank=True)

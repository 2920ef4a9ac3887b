"""Forms of meetings, resolutions and remarks."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Remark
from reporting.meetings import agenda, belief, planning, resolutions
from reporting.models import Meeting, Resolution
from sla import follow
from sla.models import Contract
from sla.sections import defaults
from smarketing.accounts.models import Side, User
from smarketing.rows import clock

MONTHS = 12
TEXT = forms.Textarea(attrs={"rows": 3})


class MeetingForm(forms.Form):
    """When, where, about which month, with whom, and what is asked before."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(
        label=gettext_lazy("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=planning.LONGEST)
    month = forms.ChoiceField(label=gettext_lazy("Month to look at"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    link = forms.URLField(label=gettext_lazy("Link of the call"), max_length=300, required=False, assume_scheme="https")
    question = forms.ChoiceField(
        label=gettext_lazy("Asked before: on what share was this promise kept?"), required=False,
        help_text=gettext_lazy("Each person answers once, without a name. Both sides' means are shown beside the fact when the meeting begins and five of each side have answered."),
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Who is invited"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("Somebody of each side at least."),
    )  # fmt: skip

    def __init__(self, *args: Any, contract: Contract, **more: Any):
        super().__init__(*args, **more)
        self.contract = contract
        self.users = {one.pk: one for one in User.objects.filter(is_active=True).order_by("side", "name")}
        sides = {one.pk: str(Side(one.side).label) if one.side else _("no side") for one in self.users.values()}
        self.fields["people"].choices = [(one.pk, f"{one.name} ({sides[one.pk]})") for one in self.users.values()]
        this = clock.today().replace(day=1)
        months = [this, *reversed(follow.back(this, MONTHS))]
        self.fields["month"].choices = [
            (f"{one:%Y-%m}", capfirst(date_format(one, "YEAR_MONTH_FORMAT"))) for one in months
        ]
        self.fields["question"].choices = [("", _("nothing")), *belief.questions(contract)]

    def clean_month(self) -> date:
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")

    def when(self) -> planning.When:
        said = self.cleaned_data
        starts = datetime.combine(said["day"], said["hour"], tzinfo=clock.zone())
        return planning.When(said["month"], starts, said["minutes"], said["place"], said["link"], said["question"])

    def invited(self) -> list[User]:
        return [self.users[int(pk)] for pk in self.cleaned_data["people"]]


def begun(contract: Contract, at: datetime) -> dict[str, Any]:
    """What stands in the form of a new meeting: the agreed day, the newest closed month, the managers and who signs."""
    starts = planning.next_start(contract, at)
    day = starts.astimezone(clock.zone()) if starts else None
    last = Meeting.objects.filter(contract=contract, cancelled_at=None).order_by("-starts_at").first()
    people = User.objects.filter(is_active=True, role="manager") | User.objects.filter(is_active=True, signs=True)
    newest = contract.terms.order_by("-number").first()
    minutes = defaults.section(newest or {}, "meetings")["minutes"]
    return {
        "day": day.date() if day else clock.today(at), "hour": (day.time() if day else planning.AT).replace(second=0),
        "minutes": minutes, "month": f"{planning.usual_month(contract, clock.today(at)):%Y-%m}",
        "place": last.place if last else "", "link": last.link if last else "", "question": belief.usual(contract),
        "people": [str(pk) for pk in (last.attendees if last else people).values_list("user" if last else "pk", flat=True)],
    }  # fmt: skip


def of(meeting: Meeting) -> dict[str, Any]:
    """What stands in the form of a meeting that is changed."""
    starts = meeting.starts_at.astimezone(clock.zone())
    return {
        "day": starts.date(), "hour": starts.time(), "minutes": meeting.minutes, "month": f"{meeting.month:%Y-%m}",
        "place": meeting.place, "link": meeting.link, "question": meeting.question,
        "people": [str(pk) for pk in meeting.attendees.values_list("user", flat=True)],
    }  # fmt: skip


class ItemForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Add a point"), max_length=agenda.MAX)


class EstimateForm(forms.Form):
    value = forms.DecimalField(
        label=gettext_lazy("Your estimate, in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2, localize=True,
        help_text=gettext_lazy("What you believe, without looking. It is kept without your name; you answer once."),
    )  # fmt: skip


class ResolutionForm(forms.Form):
    """What, who, until when, and the figure that shall move."""

    text = forms.CharField(label=gettext_lazy("What is resolved"), max_length=resolutions.MAX, widget=TEXT)
    charge = forms.ChoiceField(
        label=gettext_lazy("Person in charge"),
        error_messages={"required": gettext_lazy("Name the person in charge: what everybody does, nobody does.")},
    )
    due = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("Figure to watch"),
        error_messages={"required": gettext_lazy("Choose the figure that shall move.")},
    )
    dimension = forms.ChoiceField(label=gettext_lazy("Only where"), required=False)
    equals = forms.CharField(
        label=gettext_lazy("is"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"list": "equals-known", "autocomplete": "off"}),
    )  # fmt: skip
    direction = forms.ChoiceField(label=gettext_lazy("It should be"), choices=Resolution.Direction.choices)
    target = forms.DecimalField(
        label=gettext_lazy("Target"), required=False, min_value=0, max_digits=14, decimal_places=2, localize=True,
        help_text=gettext_lazy("In the figure's own unit; a share in percent."),
    )  # fmt: skip

    def __init__(self, *args: Any, dimensions: list[tuple[str, str]], **more: Any):
        super().__init__(*args, **more)
        people = User.objects.filter(is_active=True).order_by("name")
        self.fields["charge"].choices = [
            ("", _("choose…")),
            *((str(one.pk), f"{one.name} ({one.get_role_display()})") for one in people),
        ]
        self.fields["measure"].choices = [("", _("choose…")), *resolutions.measures()]
        self.fields["dimension"].choices = [("", _("everywhere")), *dimensions]

    def charged(self) -> User | None:
        pk = self.cleaned_data["charge"]
        return User.objects.filter(pk=int(pk)).first() if pk else None

    def figure(self) -> resolutions.Figure:
        said = self.cleaned_data
        where = {said["dimension"]: said["equals"].strip()} if said["dimension"] else {}
        return resolutions.Figure(said["measure"], where, said["target"], said["direction"])


class OutcomeForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("In your words"), max_length=resolutions.MAX, required=False, widget=TEXT
    )


class RemarkForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Remark.Kind.choices, widget=forms.RadioSelect)
    side = forms.ChoiceField(
        label=gettext_lazy("Whose work it is about"), required=False,
        choices=[("", gettext_lazy("nobody's in particular")), *Side.choices],
    )  # fmt: skip
    text = forms.CharField(label=gettext_lazy("In your words"), max_length=400, widget=TEXT)
    agenda = forms.BooleanField(label=gettext_lazy("Put it on the agenda of the next meeting"), required=False)


class ReplyForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Answer"), max_length=400, widget=TEXT)


class BackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=200, required=False)

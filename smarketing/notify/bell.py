"""The bell of the top line: how many notices a person has not seen yet. One look into a partial index."""

from django.template.loader import render_to_string

from smarketing.rows.written import Written

from .models import Notice

MOST = 99
_UNSEEN = Written(
    lambda *, user: Notice.objects.visible_to(user).unseen().order_by().values_list("pk")[: MOST + 1],
    around="SELECT count(*) FROM ({}) unseen",
    plan_once=True,
    user=int,
)


def show(context, *args) -> str:
    """The bell's link with its count; nothing for somebody not signed in."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return ""
    [(unseen,)] = _UNSEEN.rows(user=request.user.pk)
    said = {"unseen": unseen, "shown": f"{MOST}+" if unseen > MOST else str(unseen)}
    return render_to_string("notify/bell.html", said, request=request)

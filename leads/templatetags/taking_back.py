"""Whether a page offers to take something back: by the one table of `intake.corrections`."""

from django import template
from django.db.models import Model

from leads.intake import corrections
from smarketing.accounts.models import User

register = template.Library()


@register.filter
def may_be_taken_back_by(fact: Model | None, user: User) -> bool:
    """Whether `user` may ever take this fact back."""
    return fact is not None and corrections.offered(fact, user)

"""Tags and filters of every template (built in: nothing to load)."""

from string import ascii_lowercase

from django import template
from django.templatetags.static import do_static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from smarketing.web import icons, money, navigation, slots
from smarketing.web import once as form_key

register = template.Library()
register.simple_tag(icons.icon, name="icon")
register.tag("static", do_static)
SIDES = {"marketing": ("■", _("marketing")), "sales": ("●", _("sales"))}


@register.simple_tag(takes_context=True)
def slot(context, name: str, *args):
    """`{% slot "persona.results" persona.pk %}`: what upper apps registered for this place."""
    return slots.render(name, context, *args)


@register.simple_tag
def url_if(name: str, *args):
    """The address of a page, or "" where it does not exist: `{% url_if "leads:list" as there %}`."""
    if not args:
        return navigation.address(name) or ""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_block_tag(takes_context=True)
def keep(context, content, name):
    """`{% keep "heading" %}{% block title %}…{% endblock %}{% endkeep %}`: write a block once, show it twice."""
    context.dicts[0][name] = content.strip()
    return ""


@register.simple_tag
def once():
    """`{% once %}` inside a form: its key, by which sending it twice does it once (`smarketing.web.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', form_key.FIELD, form_key.new_key())


@register.simple_tag
def colon():
    """`{{ name }}{% colon %}{{ value }}`: the colon between a name and its value as the language writes it."""
    return pgettext("between a name and its value", ": ")


@register.filter
def plain(value) -> str:
    """A number without thousands marks, for an attribute: `value="{{ lead.pk|plain }}"`."""
    return str(value)


@register.filter
def letter(place: int) -> str:
    """The letter of a place, from 0: "a", "b", …; "" beyond the alphabet: `data-letter="{{ forloop.counter0|letter }}"`."""
    return ascii_lowercase[place : place + 1]


@register.simple_tag
def heads(*labels, num=""):
    """`{% heads _("File") _("Rows") num="2" %}`: the head of a table, one label a column; `num` names those over numbers."""
    over_numbers = set(num.split())
    cells = (
        (mark_safe(' class="num"') if str(place) in over_numbers else "", capfirst(label))
        for place, label in enumerate(labels, 1)
    )
    return format_html("<thead><tr>{}</tr></thead>", format_html_join("", '<th scope="col"{}>{}</th>', cells))


@register.simple_tag(takes_context=True, name="money")
def money_tag(context, amount):
    """`{% money deal.amount %}`: an amount in the installation's currency; "–" for none."""
    return "–" if amount is None else money.text(amount, context["installation"].currency)


@register.simple_tag
def side(name: str, words: bool = True):
    """A side's marker: ■ marketing in blue, ● sales in orange; without words the word is there for screen readers.
    "both": the two of them."""
    if name == "both":
        return format_html("{} {}", side("marketing", words), side("sales", words))
    if name not in SIDES:
        return ""
    shape, word = SIDES[name]
    return format_html(
        '<span class="side side-{0}"><span class="shape" aria-hidden="true">{1}</span><span class="{2}">{3}</span></span>',
        name,
        shape,
        "" if words else "visually-hidden",
        word,
    )

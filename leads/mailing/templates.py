"""Templates of mails: written, retired, offered for a lead, filled in. Whoever opposes or is suppressed is written to by nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from leads.handoffs.problems import Refusal
from leads.intake import suppression
from leads.models import Lead, MailTemplate, MailText, PersonaMatch
from personas.models import Persona
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.models import Installation

from . import fields

MAX_BODY = 8000
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Letter:
    """A template filled in for one lead, in one language."""

    template: MailTemplate
    language: str
    to: str
    subject: str
    body: str
    missing: Sequence[str]

    @property
    def mailto(self) -> str:
        """Opens the rep's own mail program with all of it."""
        body = self.body.replace("\r\n", "\n").replace("\n", "\r\n")
        return f"mailto:{quote(self.to)}?subject={quote(self.subject)}&body={quote(body)}"


@transaction.atomic
def save(
    *,
    template: MailTemplate | None,
    name: str,
    persona: Persona | None,
    texts: Mapping[str, tuple[str, str]],
    by: User,
    at: datetime,
) -> MailTemplate:
    """Write a template: language -> (subject, body), an empty one is left out. Refusal for a name that is taken, for no text
    at all, for half a text, for an unknown field; its field is the one of the form."""
    name = name.strip()
    same = MailTemplate.objects.filter(name__iexact=name)
    if not name or (same.exclude(pk=template.pk) if template else same).exists():
        raise Refusal(_("Give it a name that no other template has."), "name")
    kept = {
        language: _checked(language, *texts[language])
        for language in LANGUAGES
        if any(map(str.strip, texts.get(language, ())))
    }
    if not kept:
        raise Refusal(_("Write it in one language at least."), f"subject_{LANGUAGES[0]}")
    said = {"name": name, "persona": persona, "edited_by": by, "edited_at": at}
    made = template or MailTemplate()
    for key, value in said.items():
        setattr(made, key, value)
    made.save()
    made.texts.exclude(language__in=kept).delete()
    for language, (subject, body) in kept.items():
        MailText.objects.update_or_create(template=made, language=language, defaults={"subject": subject, "body": body})
    record(by, "mails.edit", "mailtemplate", made.pk, at)
    return made


@transaction.atomic
def retire(*, template: MailTemplate, by: User, at: datetime) -> None:
    """Offer a template no more, or again."""
    template.retired_at = None if template.retired_at else at
    template.save(update_fields=["retired_at"])
    record(by, "mails.edit", "mailtemplate", template.pk, at)


def offered(lead: Lead) -> list[MailTemplate]:
    """Those for a lead: of the personas it resembles in their agreed order, then those for anybody."""
    mine = PersonaMatch.objects.filter(lead=lead, persona__retired=False).values("persona")
    rows = MailTemplate.objects.filter(Q(persona=None) | Q(persona__in=mine), retired_at=None).select_related("persona")
    return sorted(
        rows.prefetch_related("texts"),
        key=lambda one: (one.persona is None, one.persona.place if one.persona else 0, one.name.casefold()),
    )


def hindrance(lead: Lead) -> str:
    """Why nobody writes to a lead, or calls it; "" where nothing forbids it."""
    if lead.erased:
        return _("This lead was erased.")
    if lead.opted_out:
        return _("This lead asked not to be contacted.")
    if lead.email and suppression.listed([lead.email]):
        return _("This address is on the suppression list.")
    return ""


def letter(*, template: MailTemplate, lead: Lead, language: str, by: User) -> Letter:
    """A template filled in for a lead. Refusal where nobody may write to it, it has no address, or no text in this language."""
    if why := hindrance(lead):
        raise Refusal(why)
    if not lead.email:
        raise Refusal(_("No e-mail address is known of this lead."))
    text = next((one for one in template.texts.all() if one.language == language), None)
    if text is None:
        raise Refusal(_("This template is not written in this language."), "language")
    values = known(lead, by)
    subject, body = fields.fill(text.subject, values), fields.fill(text.body, values)
    missing = [str(fields.FIELDS[name][0]) for name in dict.fromkeys((*subject.missing, *body.missing))]
    return Letter(template, language, lead.email, " ".join(subject.text.split()), body.text, missing)


def known(lead: Lead, by: User) -> dict[str, str]:
    """What the fields say of a lead, written by this rep."""
    here = Installation.objects.first()
    return {
        "first_name": lead.first_name, "last_name": lead.last_name, "function": lead.function,
        "company": str(lead.company) if lead.company_id else "", "rep": by.name, "rep_mail": by.email,
        "sender": here.company if here else "",
    }  # fmt: skip


def _checked(language: str, subject: str, body: str) -> tuple[str, str]:
    subject, body = " ".join(subject.split()), body.strip()
    for part, text in (("subject", subject), ("body", body)):
        where = f"{part}_{language}"
        if not text:
            raise Refusal(_("A mail has a subject and a text."), where)
        if names := fields.unknown(text):
            listed = ", ".join(fields.FIELDS)
            raise Refusal(
                _("“%(name)s” is not a field. The fields are: %(fields)s.") % {"name": names[0], "fields": listed},
                where,
            )
        if fields.broken(text):
            raise Refusal(_("A field begins with {{ and ends with }}."), where)
    if len(body) > MAX_BODY or len(subject) > 200:
        raise Refusal(_("This is too long."), f"body_{language}")
    return subject, body

"""`manage.py invite EMAIL --role … --side …`: an invitation from the command line; prints its one-time link."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from smarketing.accounts import invitations
from smarketing.accounts.models import Role, Side, Team
from smarketing.accounts.people import POSITIONS, PeopleError
from smarketing.rows import clock
from smarketing.rows.models import Installation


class Command(BaseCommand):
    help = "Invite a person: prints a one-time link; with --mail it is also sent."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--side", choices=Side.values, help="needed for managers only: other roles have one side")
        parser.add_argument("--team", help="name of a team of that side")
        parser.add_argument("--language", choices=["en", "fr"], help="default: the company's")
        parser.add_argument("--signs", action="store_true", help="may sign for their side")
        parser.add_argument("--mail", action="store_true", help="send it too")

    def handle(self, *args, email, role, side, team, language, signs, mail, **options):
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address") from None
        sides = sorted({str(place) for kind, place, _label in POSITIONS.values() if kind == role})
        if side is None and len(sides) > 1:
            raise CommandError(f"say the side: --side {' or '.join(sides)}")
        found = Team.objects.filter(name__iexact=team).first() if team else None
        if team and found is None:
            raise CommandError(f"there is no team {team}")
        try:
            _made, link = invitations.invite(
                by=None,
                at=clock.now(),
                email=email,
                role=role,
                side=sides[0] if side is None else side,
                language=language or Installation.objects.values_list("language", flat=True).first() or "en",
                team_id=found and found.pk,
                signs=signs,
                mail=mail,
            )
        except PeopleError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(link)

"""Many personas read again, or retired, at once."""

import pytest

from personas.models import Persona, PersonaReview, PersonaVersion
from smarketing.rows import clock
from tests.people import client_of, person
from tests.picking import asked, done

pytestmark = pytest.mark.django_db


def versions(*names: str) -> list[PersonaVersion]:
    made = [Persona.objects.create(name=name, place=n) for n, name in enumerate(names)]
    return [PersonaVersion.objects.create(persona=one, number=1, created_at=clock.now()) for one in made]


def test_personas_are_noted_as_read_again_and_the_next_day_is_set():
    mia, some = client_of(person("mia", "marketer")), versions("Maud", "Paul")
    assert "2 personas" in asked(mia, "personas:bulk_review", some)
    assert "2 personas are still true." in done(mia, "personas:bulk_review", some, review="3")
    assert PersonaReview.objects.count() == 2
    assert all(day > clock.today() for day in Persona.objects.values_list("review_on", flat=True))


def test_personas_are_retired_and_leave_the_list():
    mia, some = client_of(person("mia", "marketer")), versions("Maud", "Paul", "Eva")
    assert "2 personas are retired." in done(mia, "personas:bulk_retire", some[:2])
    assert [one.persona.name for one in mia.get("/language/personas/").context["table"].objects] == ["Eva"]
    assert client_of(person("lea", "rep")).post("/language/personas/retire/", {"pick": some[2].pk}).status_code == 403

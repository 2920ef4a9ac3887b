import pytest
from pathlib import Path
from personas.models import DefinitionLine, DefinitionVersion, Persona
from leads.models import Handoff, Lead
from smarketing.accounts.models import User
from . import access
pytestmark = pytest.mark.django_db(transaction=True)
OUT = Path("/tmp/lr")
def test_looks(demo_db, visit, monkeypatch):
    claire = User.objects.get(email__startswith="claire")
    version, line = DefinitionVersion.objects.latest("pk"), DefinitionLine.objects.get()
    lead = Handoff.objects.order_by("-pk").first().lead_id
    personas = dict(Persona.objects.values_list("name", "pk"))
    said = []
    for lang, theme, width in (("en", "light", 1440), ("fr", "dark", 390)):
        page = visit(claire, language=lang, theme=theme, width=width)
        for name, path in {"claire": f"/language/persona/{personas['Claire']}/print/", "sofia": f"/language/persona/{personas['Sofia']}/print/",
                           "paper": f"/language/paper/{version.paper_id}/"}.items():
            page.goto(path); page.wait_for_load_state("networkidle")
            page.pdf(path=OUT / f"{name}-{lang}.pdf", prefer_css_page_size=True, print_background=True)
            said.append((path, access.problems(page)))
        for name, path in {"studio": f"/language/definition/{line.pk}/?count=1", "traits": "/settings/personas/", "lead": f"/leads/{lead}/", "leadedit": f"/leads/{lead}/edit/",
                           "personas": "/language/"}.items():
            page.goto(path); page.wait_for_load_state("networkidle"); page.wait_for_timeout(500)
            page.screenshot(path=OUT / f"{name}-{lang}.png", full_page=True)
            said.append((path, access.problems(page)))
    (OUT / "said.txt").write_text("\n".join(map(str, said)))

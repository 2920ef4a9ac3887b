from datetime import timedelta

import pytest

from leads.handoffs import attempts, setting_aside
from leads.mailing import templates
from smarketing.rows import clock

from .day import Day


@pytest.mark.django_db(transaction=True)
def test_look(visit):
    day = Day()
    templates.save(
        template=None,
        name="First mail",
        persona=day.persona.persona,
        texts={
            "en": (
                "Two hours a week, {{first_name}}?",
                "Hello {{first_name|}},\n\nyou looked at …\n\n{{rep}}, {{sender}}",
            ),
            "fr": (
                "Deux heures par semaine, {{first_name}} ?",
                "Bonjour {{first_name|}},\n\nvous avez regardé…\n\n{{rep}}",
            ),
        },
        by=day.claire,
        at=clock.now(),
    )
    setting_aside.snooze(
        handoff=day.handoffs[4], reason="callback", until=clock.now() + timedelta(hours=5), by=day.lea, at=clock.now()
    )
    one = attempts.log(
        handoff=day.handoffs[0],
        by=day.lea,
        at=clock.now() - timedelta(minutes=50),
        channel="call",
        outcome="no_answer",
        minutes=2,
        next_step="mail",
        next_step_on=clock.today() + timedelta(days=2),
    )
    attempts.log(
        handoff=day.handoffs[0], by=day.lea, at=clock.now() - timedelta(minutes=40), channel="call", outcome="voicemail"
    )
    for lang, theme, width in (("en", "light", 1440), ("fr", "dark", 390)):
        page = visit(day.lea, "/queue/", language=lang, theme=theme, width=width)
        page.screenshot(path=f"/tmp/shot-list-{lang}.png", full_page=True)
        page.goto(f"/queue/{day.handoffs[0].pk}/?done=attempt-{one.pk}")
        page.wait_for_selector(".outcomes")
        page.screenshot(path=f"/tmp/shot-focus-{lang}.png", full_page=True)
        if width == 390:
            page.evaluate("document.body.classList.add('called')")
            page.screenshot(path=f"/tmp/shot-sheet-{lang}.png")
            page.evaluate("document.body.classList.remove('called')")
        for key, name in (("s", "snooze"), ("p", "skip")):
            page.locator(f"[data-key={key}]").click()
            page.wait_for_selector("dialog[open]")
            page.screenshot(path=f"/tmp/shot-{name}-{lang}.png")
            page.keyboard.press("Escape")
        page.goto(f"/queue/{day.handoffs[0].pk}/mail/")
        page.screenshot(path=f"/tmp/shot-mail-{lang}.png", full_page=True)
        page = visit(day.claire, "/language/mails/1/", language=lang, theme=theme, width=width)
        page.screenshot(path=f"/tmp/shot-edit-{lang}.png", full_page=True)
        page = visit(day.claire, "/language/mails/", language=lang, theme=theme, width=width)
        page.screenshot(path=f"/tmp/shot-mails-{lang}.png", full_page=True)

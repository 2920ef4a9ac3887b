"""The common language in a real browser: the studio by mouse and by keyboard, and pages open to everybody."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.scoring import preview
from personas import starters
from personas.definitions import comments, persona_services, services
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from tests.people import PASSWORD, person

from . import access
from .hands import WORDS, Hands, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [
        ("fr", "dark", 390),
        pytest.param("en", "light", 1440, marks=pytest.mark.trust),
        pytest.param("fr", "light", 1024, marks=pytest.mark.trust),
    ],
)
def test_the_studio_with_its_forms_and_messages_is_open_to_everybody(visit, language, theme, width):
    world()
    claire = person("claire", "marketer", signs=True)
    maud = persona_services.create_persona(
        name="Maud", story={"role": "Head of marketing"}, rules={"field": "lead.function", "op": "is", "value": "Marketing"},
        by=claire, at=clock.now(),
    )  # fmt: skip
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    kind = {"language": language, "theme": theme, "width": width}
    page = visit(claire, f"/language/definition/{line.pk}/?try=1&by=source", **kind)
    page.wait_for_selector("#at-fit-items-0")
    assert access.problems(page) == []
    if width < 1200:  # two tabs: the document, and what it does
        page.locator("[data-tab=what]").click()
    page.wait_for_selector(".verdict")
    page.wait_for_selector("#months .replay:not(.stale)")
    assert page.locator("#at-fit-items-0").is_visible() == (width >= 1200)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("scrollTo(0, 0)")
    assert access.problems(page) == []
    for edit in ("fit.items.1", "fit.items.1&as=sentence", "engagement.items.2", "never.new", "mql", "rest"):
        page.goto(f"/language/definition/{line.pk}/?edit={edit}")
        page.evaluate("scrollTo(0, 0)")  # nothing half under the top line
        assert access.problems(page) == [], edit
    page.goto(f"/language/definition/{line.pk}/?edit=fit.items.1")
    page.fill("#f-points", "0")
    page.press("#f-points", "Enter")
    page.wait_for_selector("#f-points-error")
    page.problems.clear()  # the browser tells of the answer 422
    expect(page.locator("#f-points")).to_be_focused()
    assert access.problems(page) == []
    for address in (
        "/language/",
        "/language/persona/new/",
        f"/language/persona/{maud.persona_id}/",
        "/language/definition/new/",
    ):
        page.goto(address)
        assert access.problems(page) == [], address


def test_values_are_edited_in_place_moved_and_taken_back_and_a_month_opens_to_its_leads(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    page = visit(claire, f"/language/definition/{line.pk}/")
    page.wait_for_selector(".verdict")
    page.locator("#at-fit-items-1 a.value:not([tabindex])").first.click()
    page.wait_for_selector("#f-when-value-0:focus")
    page.keyboard.press("Control+A")
    page.keyboard.type("80")
    page.keyboard.press("Tab")
    page.wait_for_selector("#f-when-value-1:focus")
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector("#f-when-value-0:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("#at-fit-items-1:focus")
    draft = DefinitionLine.objects.get().draft
    assert draft.body["fit"]["items"][1]["when"]["value"] == [80, 500]
    expect(page.locator("#hits-fit-items-1 s.stale, #hits-fit-items-1 > a:first-child")).to_have_count(1)
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_selector("#at-fit-items-0:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-row-form] :focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-row-form]", state="detached")
    page.locator("#at-engagement-items-4 .sentence").drag_to(page.locator("#at-engagement-items-3 .sentence"))
    page.wait_for_selector("#at-engagement-items-3:focus")
    draft = DefinitionLine.objects.get().draft
    assert [one["key"] for one in draft.body["engagement"]["items"][3:5]] == ["clicks", "cases"]
    for _step in range(3):
        revision = DefinitionLine.objects.get().draft.revision
        page.keyboard.press("Control+z")
        page.wait_for_function("n => !document.querySelector('#draft-head').innerText.endsWith(' ' + n)", arg=revision)
    assert DefinitionLine.objects.get().draft.body == starters.body("b2b")
    page.wait_for_selector("#months .replay:not(.stale)")
    page.locator("#months .replay-months a[href*='what=draft.mql']").first.click()
    page.wait_for_url("**/leads/replayed/**")
    expect(page.locator("table tbody tr")).to_have_count(1)  # the one lead who would have been an MQL
    assert page.problems == []


def test_counts_that_answer_after_their_page_has_changed_are_dropped(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    page, held = visit(claire, "/language/"), []
    page.route("**/counts/**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/counts/**"):
        page.goto(f"/language/definition/{line.pk}/")
    page.locator("#at-fit-items-0 [data-open]").click()
    page.wait_for_selector("[data-row-form]")  # where the line was whose figures are still on their way
    with page.expect_event("requestfinished", lambda request: request == held[0].request):
        held[0].continue_()
    page.wait_for_selector(".verdict")
    assert page.problems == []
    expect(page.locator("[data-row-form]")).to_have_count(1)


def test_a_choice_made_the_moment_its_field_appears_asks_for_more_fields_and_saves_nothing(visit):
    """Whoever types ahead acts on the new form before the old answer is done with: what was pressed keeps its value."""
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    before = DefinitionLine.objects.get().draft.body
    page = visit(claire, f"/language/definition/{line.pk}/?edit=never.new")
    page.evaluate(
        """document.addEventListener("htmx:afterSwap", () => {
          const kind = document.querySelector("[name='when.event.kind']");
          kind.value = "attempt";
          kind.dispatchEvent(new Event("change", { bubbles: true }));
        }, { once: true })"""
    )
    page.locator("[name='when.kind']").select_option("event")
    page.locator("[name='when.event.channel']").wait_for()
    assert page.problems == [] and DefinitionLine.objects.get().draft.body == before


def test_a_draft_reads_in_french_line_by_line_as_high_as_in_english(visit):
    """Rows may differ by one line of text at most, so that two people on one call look at the same place."""
    world()
    claire = person("claire", "marketer", signs=True)
    heights = {}
    for name in starters.LABELS:
        line = services.create_line(name=name, by=claire, at=clock.now(), body=starters.body(name))
        for language in ("en", "fr"):
            page = visit(claire, f"/language/definition/{line.pk}/", language=language)
            page.wait_for_selector(".verdict")
            heights[language] = page.eval_on_selector_all(
                "#studio [data-line]", "all => all.map(one => [one.id, one.getBoundingClientRect().height])"
            )
            rows = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.sentence')).lineHeight)")
        assert len(heights["en"]) > 12 and [one[0] for one in heights["en"]] == [one[0] for one in heights["fr"]]
        for (place, english), (_same, french) in zip(heights["en"], heights["fr"], strict=True):
            assert abs(english - french) <= rows + 1, (name, place, english, french)


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.trust), "fr"])
def test_the_founding_definition_is_built_previewed_and_signed_by_mouse(visit, language):
    """Clicks, choices and fields typed, both signatures counted: no more than 45."""
    world()
    words, done = WORDS[language], 0
    claire, hugo = person("claire", "marketer", signs=True), person("hugo", "manager", "sales", signs=True)
    page = visit(claire, "/language/", language=language)

    def click(selector, there=page):
        nonlocal done
        there.locator(selector).first.click()
        done += 1

    def fill(selector, text, there=page):
        nonlocal done
        there.fill(selector, text)
        done += 1

    def choose(selector, label, awaited):
        nonlocal done
        page.select_option(selector, label=label)
        page.wait_for_selector(awaited)
        done += 1

    def save():
        click("[data-row-form] .btn-primary")
        page.wait_for_selector("[data-row-form]", state="detached")

    click('a[href$="/definition/new/"]')
    fill("#id_name", "France")
    click(f"label:has-text('{words['start']}')")
    click("main button[type=submit]")
    page.wait_for_selector("#add-fit")
    for name, values, points in (
        (words["function"], (), "30"),
        (words["employees"], ("50", "500"), "25"),
        (words["industry"], (), "25"),
    ):
        click("#add-fit")
        page.wait_for_selector("#f-when-field")
        choose("#f-when-field", name, "#f-when-value-0" if values else ".choices-list input")
        for n, text in enumerate(values):
            fill(f"#f-when-value-{n}", text)
        if not values:
            click(f"label:has-text('{'Marketing' if name == words['function'] else 'Software'}') input")
        fill("#f-points", points)
        save()
    for name, points in ((words["page"], "40"), (words["form"], "30"), (words["opened"], "5")):
        click("#add-engagement")
        page.wait_for_selector("#f-when-event-kind")
        if name == words["page"]:
            fill("#f-when-event-page-value", "/pricing")
        else:
            choose("#f-when-event-kind", name, "#f-when-within")
            page.wait_for_selector("#f-when-event-page-value", state="detached")
        fill("#f-points", points)
        save()
    page.wait_for_selector(".verdict")
    page.wait_for_selector("#months .replay:not(.stale)")  # the twelve months as well
    body = DefinitionLine.objects.get().draft.body
    expect(page.locator(".verdict .big")).to_have_text("1")
    assert preview.count(body, clock.now()).mql == 1
    fill(".propose [name=password]", PASSWORD)
    click(".propose [name=sign]")
    page.wait_for_selector("#messages .note")
    other = visit(hugo, page.url.removeprefix(page.url.split("/language")[0]), language=language)
    fill("[name=password]", PASSWORD, other)
    click("main form .btn-primary", other)
    other.wait_for_selector("#messages .note")
    assert DefinitionVersion.objects.get().body == body
    assert done <= 45, done


def test_what_is_typed_while_the_next_fields_are_on_their_way_stays_and_so_does_the_focus(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    page = visit(claire, f"/language/definition/{line.pk}/?edit=fit.items.1")
    page.wait_for_selector(".verdict")

    def slowly(route):
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/row/", slowly)
    page.evaluate("document.querySelector('#f-points').focus()")
    page.evaluate("document.querySelector('[data-refresh]').click()")
    page.keyboard.press("Control+A")
    page.keyboard.type("37")
    page.wait_for_selector(".htmx-request", state="detached")
    Hands(page, WORDS["en"]).settle()
    expect(page.locator("#f-points")).to_be_focused()
    expect(page.locator("#f-points")).to_have_value("37")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-row-form]", state="detached")
    assert DefinitionLine.objects.get().draft.body["fit"]["items"][1]["points"] == 37


def test_a_criterion_is_typed_as_a_sentence_that_says_where_it_stops(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    page = visit(claire, f"/language/definition/{line.pk}/")
    page.focus("#write-fit")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-sentence:focus")
    page.keyboard.type("country is exactly FR: +5, tap 3")
    page.wait_for_selector("#heard .field-error")
    expect(page.locator("#heard mark")).to_have_text("tap 3")
    expect(page.locator("#f-sentence")).to_be_focused()
    assert access.problems(page) == []
    page.focus("#heard .goes-on button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#heard .reads")
    expect(page.locator("#f-sentence")).to_have_value("country is exactly FR: +5, cap 3")
    page.click("[data-row-form] .btn-primary")
    page.wait_for_selector("[data-row-form]", state="detached")
    added = DefinitionLine.objects.get().draft.body["fit"]["items"][-1]
    assert (added["points"], added["cap"]) == (5, 3)
    assert added["when"] == {"field": "lead.country", "op": "is", "value": "FR"}
    assert page.problems == []


def test_band_edges_kinds_each_time_steps_and_needed_fields_are_edited_in_place_by_keyboard(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    body = starters.body("b2b")
    body["engagement"]["items"][0]["decay"] = {"kind": "steps", "steps": [[30, 500_000]]}
    line = services.create_line(name="France", by=claire, at=clock.now(), body=body)
    page = visit(claire, f"/language/definition/{line.pk}/")
    page.wait_for_selector(".verdict")
    hands = Hands(page, WORDS["en"])

    def value(path, control):
        return f'a.value[href="?value={path}&focus={control}"]'

    def open_by(key, path, control):
        """Go to a value and open it; the focus is in its field."""
        page.focus(value(path, control))
        page.keyboard.press(key)
        page.wait_for_selector(f"#f-{control.replace('.', '-')}:focus")

    def kept(key, where):
        page.keyboard.press(key)
        page.wait_for_selector(where)
        hands.settle()
        return DefinitionLine.objects.get().draft.body

    first = "engagement.items.0"
    open_by("ArrowDown", first, "when.event.kind")
    page.keyboard.type("sent a form")
    now = kept("Tab", f"#at-{first.replace('.', '-')} [data-value]:focus")  # on to the next value
    assert now["engagement"]["items"][0]["when"]["event"]["kind"] == "form"
    kept("Escape", "#at-engagement-items-0:focus")
    open_by("Enter", first, "decay.steps")
    page.keyboard.press("Control+A")
    page.keyboard.type("10: 50 %; 20: 0 %")
    now = kept("Enter", "#at-engagement-items-0:focus")
    assert now["engagement"]["items"][0]["decay"]["steps"] == [[10, 500_000], [20, 0]]
    was = bool(now["engagement"]["items"][0].get("each"))
    open_by("ArrowUp", first, "each")
    page.keyboard.press("ArrowUp" if not was else "ArrowDown")
    now = kept("Enter", "#at-engagement-items-0:focus")
    assert bool(now["engagement"]["items"][0].get("each")) is not was
    open_by("Enter", "mql", "fit.bands")
    page.keyboard.press("Control+A")
    page.keyboard.type("10, 20")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-fit-bands-error")
    page.problems.clear()  # the browser tells of the answer 422
    assert access.problems(page) == []
    page.keyboard.press("Control+A")
    page.keyboard.type("80, 50, 25")
    assert kept("Enter", "#at-mql:focus")["fit"]["bands"] == [80, 50, 25]
    page.focus(value("rest", "mandatory"))
    page.keyboard.press("Enter")
    page.wait_for_selector("#value-form input[type=checkbox]:focus")
    assert access.problems(page) == []
    page.keyboard.press("Space")
    assert kept("Enter", "#at-mandatory:focus")["mandatory"] == []
    page.focus(value("fit.items.2", "when.value"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f"{value('fit.items.2', 'when.op')}:focus")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f"{value('fit.items.2', 'when.field')}:focus")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-when-op:focus")
    page.select_option("#f-when-op", "none_of")
    now = kept("Enter", "#at-fit-items-2:focus")
    assert now["fit"]["items"][2]["when"]["op"] == "none_of"
    page.focus("#cell-C1")
    now = kept("Space", "#cell-C1[aria-pressed=true]:focus")
    assert "C1" in now["mql"]
    assert access.problems(page) == []
    while (revision := DefinitionLine.objects.get().draft.revision) and DefinitionLine.objects.get().draft.history:
        page.keyboard.press("Control+z")
        page.wait_for_function("n => !document.querySelector('#draft-head').innerText.endsWith(' ' + n)", arg=revision)
        hands.settle()
    assert DefinitionLine.objects.get().draft.body == body and page.problems == []


def test_what_is_pressed_while_the_page_is_on_its_way_is_pressed_on_the_new_one(visit):
    world()
    claire = person("claire", "marketer", signs=True)
    line = services.create_line(name="France", by=claire, at=clock.now(), body=starters.body("b2b"))
    page, slow = visit(claire, f"/language/definition/{line.pk}/?edit=fit.items.1"), []
    page.wait_for_selector(".verdict")

    def slowly(route):
        slow.append(route)
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/row/", slowly)
    page.fill("#f-points", "37")
    page.evaluate("document.querySelector('[data-refresh]').click()")
    page.locator("[data-row-form] .btn-primary").click()  # while the form is being swapped
    page.wait_for_selector("[data-row-form]", state="detached")
    assert DefinitionLine.objects.get().draft.body["fit"]["items"][1]["points"] == 37
    page.evaluate("document.querySelector('#at-fit-items-1 [data-up]').click()")
    page.evaluate("document.querySelector('#add-fit').click()")
    page.wait_for_selector("[data-row-form]")
    Hands(page, WORDS["en"]).settle()
    assert DefinitionLine.objects.get().draft.body["fit"]["items"][0]["points"] == 37
    expect(page.locator("[data-row-form]")).to_have_count(1)
    assert len(slow) == 2
    assert page.problems == []


def test_a_proposed_text_shows_what_it_changes_and_its_comments_beside_its_lines(visit):
    at = clock.now() - timedelta(hours=3)
    claire = person("claire", "marketer", signs=True)
    hugo = person("hugo", "manager", "sales", signs=True)
    line = services.create_line(name="France", by=claire, at=at, body=starters.body("b2b"))
    paper = services.propose(line=line, by=claire, at=at)
    for signer in (claire, hugo):
        agreements.sign(paper=paper, by=signer, at=at, password=PASSWORD)
    body = starters.body("b2b")
    body["fit"]["items"][0]["points"] += 5
    del body["fit"]["items"][2]
    services.save_draft(line=line, body=body, revision=0, by=claire, at=at)
    services.propose(line=line, by=claire, at=at)
    key = body["fit"]["items"][0]["key"]
    comments.say(line=line, text="Is that not too much for a single word on a card?", by=hugo, at=at, place=key)
    for language, theme, width in (("en", "light", 1440), ("fr", "dark", 390)):
        page = visit(hugo, f"/language/definition/{line.pk}/", language=language, theme=theme, width=width)
        page.wait_for_selector("#at-fit-items-0 .diff-changed")
        expect(page.locator(".line-gone del")).to_have_count(2)  # its sentence and its points
        row, said = (page.locator(f"#at-fit-items-0{rest}").bounding_box() for rest in ("", " .talk"))
        beside = said["x"] > row["x"] + row["width"] / 2
        assert beside == (width == 1440)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("scrollTo(0, 0)")
        assert access.problems(page) == [] and page.problems == []

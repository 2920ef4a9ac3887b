"""What a page must answer to: axe (WCAG 2.2 A and AA), no sideways scrolling, no error in the console, one heading."""

from functools import cache
from pathlib import Path

AXE = Path(__file__).resolve().parents[2] / "static" / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


FEW = "tbody tr:nth-child(n+8)"  # the eighth row of a table is built as the first seven are


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def problems(page, whole: bool = False) -> list[str]:
    """Sentences about what is wrong with the page as it is shown now. `whole`: every row of every table is looked at."""
    if not page.evaluate("() => !!window.axe"):
        page.evaluate(_axe())
    found = page.evaluate(  # no rule of these reads style sheets or plays media, which would be fetched again
        "asked => axe.run({exclude: asked.without}, {runOnly: asked.tags, resultTypes: ['violations'], preload: false})",
        {"tags": RULES, "without": [] if whole else [FEW]},
    )
    out = [
        f"{rule['id']}: {rule['help']} ({node['target'][0]}: {node['html'][:160]})"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 1:
        culprit = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
               && !e.closest('.table-responsive')).slice(0, 2).map(e => e.outerHTML.slice(0, 120))"""
        )
        out.append(f"the page scrolls sideways by {wide} px: {culprit}")
    return out + [f"console: {text}" for text in page.problems]

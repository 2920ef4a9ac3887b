"""Files of other people that we serve: one table of packages, files and icons; hashes in `static/vendor/VENDOR.json`."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = settings.BASE_DIR / "static" / "vendor"
LIST = FOLDER / "VENDOR.json"


@dataclass(frozen=True)
class Package:
    """An npm package: `files` maps a path inside it to a path under static/vendor."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        {
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
            "dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
            "LICENSE": "bootstrap/LICENSE",
        },
    ),
    Package("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"}),
    Package("bootstrap-icons", "1.13.2", "MIT", {"LICENSE": "bootstrap-icons/LICENSE"}),
    Package("axe-core", "4.14.1", "MPL-2.0", {"axe.min.js": "axe/axe.min.js", "LICENSE": "axe/LICENSE"}),
)
# Names in bootstrap-icons; add a line, run `manage.py vendor`.
ICONS = """
arrow-counterclockwise arrow-down arrow-left arrow-left-right arrow-repeat arrow-right arrow-up
arrow-up-right arrows-collapse bar-chart bell bookmark box-arrow-in-down box-arrow-right box-arrow-up-right briefcase
building calendar3 calendar-check calendar-x caret-down-fill caret-up-fill chat-left-text chat-square-text check-lg
check2-circle chevron-down chevron-left chevron-right circle-half clipboard clock clock-history cloud-upload
columns-gap command cursor dash-circle dash-lg download envelope envelope-open exclamation-triangle eye eye-slash
file-earmark-arrow-down file-earmark-check file-earmark-spreadsheet file-earmark-text filter flag fullscreen
funnel gear geo-alt globe hash hourglass hourglass-split house inbox info-circle journal-text key keyboard layers
lightning-charge link-45deg list list-check lock megaphone mic moon moon-stars mortarboard box-arrow-left
palette pause-circle pause-fill pen pencil people people-fill person person-badge person-check person-lines-fill
person-plus person-x phone pin-angle play-circle play-fill plus-lg printer puzzle question-circle question-lg
record-circle reply search send shield-check shield-lock shuffle skip-forward sliders sort-down sort-up star stop-fill
stopwatch sun table tag telephone telephone-outbound telephone-x three-dots three-dots-vertical trash trophy
unlock upload voicemail x-lg x-circle zoom-in graph-up graph-down diagram-3 hand-thumbs-up hand-thumbs-down cash-coin
"""


def sprite(folder: Path) -> str:
    """One SVG of <symbol>s made from the package's icon files."""
    symbols = []
    for name in sorted(set(ICONS.split())):
        text = (folder / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        inner = text[text.index(">") + 1 : text.rindex("</svg>")].strip().replace("\n", "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{" ".join(inner.split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def hashes() -> dict[str, str]:
    """path under static/vendor -> sha256, of every file there except the list itself."""
    return {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path != LIST
    }


def write_list() -> None:
    packages = [{"name": p.name, "version": p.version, "licence": p.licence} for p in PACKAGES]
    LIST.write_text(json.dumps({"packages": packages, "sha256": hashes()}, indent=1) + "\n", encoding="utf-8")


def problems() -> list[str]:
    """Sentences for files changed, missing, or unknown to the list."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))["sha256"]
    real = hashes()
    out = [f"{name}: not in VENDOR.json" for name in sorted(real.keys() - listed.keys())]
    out += [f"{name}: missing" for name in sorted(listed.keys() - real.keys())]
    return out + [f"{name}: changed" for name in sorted(real.keys() & listed.keys()) if real[name] != listed[name]]

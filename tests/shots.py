"""`make shots`: a picture of every page of the running demo, by role, language, theme and width, into var/shots/.

Starts the demo when none is running. `python -m tests.shots [name …] [--few]`: only pages whose name contains a word;
`--few`: English light desktop and French dark phone only. Refuses a company that is not a demo.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "var" / "shots"
KINDS = tuple(product(("en", "fr"), ("light", "dark"), (1440, 390)))
FEW = (("en", "light", 1440), ("fr", "dark", 390))


def _data() -> Path:
    given = Path(os.environ.get("SMARKETING_DATA") or "var/demo")
    return given if given.is_absolute() else ROOT / given


def _running() -> bool:
    return (_data() / "run" / "env").exists()


def _start() -> subprocess.Popen | None:
    """The demo, when it is not running yet; None when it is."""
    if _running():
        return None
    process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT)
    while process.poll() is None and not (_running() and _answers()):
        time.sleep(0.5)
    return process


def _answers() -> bool:
    file = _data() / "run" / "address"
    try:
        return file.exists() and urlopen(file.read_text().strip() + "/healthz", timeout=5).status == 200
    except OSError:
        return False


def _people() -> dict:
    from smarketing.accounts.models import User
    from smarketing.accounts.people import position_of

    return {position_of(user): user for user in User.objects.filter(is_active=True).order_by("-pk")}


def take(words: list[str], kinds) -> list[str]:
    """Write the pictures. Returns what was wrong: failing pages, errors in the console."""
    from smarketing.accounts import demo

    from .browser import chromium, pages

    if not demo.is_demo():
        return ["this company is no demo: nothing was photographed"]
    address = (_data() / "run" / "address").read_text().strip()
    people, wrong = _people(), []
    with chromium.browser() as started:
        for language, theme, width in kinds:
            folder = SHOTS / f"{language}-{theme}-{width}"
            folder.mkdir(parents=True, exist_ok=True)
            for role in sorted({page.role for page in pages.PAGES}):
                context = chromium.context(started, language=language, theme=theme, width=width)
                if role:
                    chromium.enter(context, people[role], address, language=language, theme=theme)
                else:
                    chromium.prefer(context, address, language=language, theme=theme)
                for page in pages.standing():
                    if page.role == role and (not words or any(word in page.name for word in words)):
                        wrong += _shoot(context, address, page, folder)
                context.close()
    return wrong


def _shoot(context, address: str, page, folder: Path) -> list[str]:
    tab, wrong = context.new_page(), []
    tab.on("pageerror", lambda error: wrong.append(f"{page.name}: {error}"))
    answer = tab.goto(address + page.address(), wait_until="load")
    if answer is None or answer.status >= 400:
        wrong.append(f"{page.name}: {answer and answer.status} at {page.address()}")
    tab.screenshot(path=str(folder / f"{page.name.replace(':', '.')}.png"), full_page=True)
    tab.close()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--few", action="store_true")
    asked = parser.parse_args()
    process = _start()
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        import django

        django.setup()
        wrong = take(asked.words, FEW if asked.few else KINDS)
        print("\n".join([*wrong, f"pictures in {SHOTS.relative_to(ROOT)}"]))
        return 1 if wrong else 0
    finally:
        if process:
            process.send_signal(signal.SIGINT)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())

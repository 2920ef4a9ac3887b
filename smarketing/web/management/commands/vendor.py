"""`manage.py vendor`: fetch the vendored files again with npm; `--check` compares their hashes and needs no network."""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from smarketing.web import vendored


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare hashes")

    def handle(self, *, check: bool, **options) -> None:
        if not check:
            self._fetch()
        if found := vendored.problems():
            raise CommandError("\n".join(found))
        self.stdout.write("vendored files as listed")

    def _fetch(self) -> None:
        shutil.rmtree(vendored.FOLDER, ignore_errors=True)
        vendored.FOLDER.mkdir(parents=True)
        for package in vendored.PACKAGES:
            with tempfile.TemporaryDirectory() as name:
                folder = self._unpack(package, Path(name))
                for source, target in package.files.items():
                    path = vendored.FOLDER / target
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(_plain((folder / source).read_bytes()))
                if package.name == "bootstrap-icons":
                    (vendored.FOLDER / "bootstrap-icons" / "sprite.svg").write_text(vendored.sprite(folder))
        vendored.write_list()

    def _unpack(self, package: vendored.Package, folder: Path) -> Path:
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise CommandError(f"npm pack {package.name}: {done.stderr.strip()}")
        with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
            archive.extractall(folder, filter="data")
        return folder / "package"


def _plain(data: bytes) -> bytes:
    """Without the pointer to a source map, which we do not serve."""
    lines = data.split(b"\n")
    return b"\n".join(line for line in lines if b"sourceMappingURL=" not in line)

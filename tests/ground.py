"""Where tests keep their servers. Loaded before the settings are read (`-p tests.ground`), so that a company running
beside, in `var/demo`, is never taken for the tests' own."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUND = Path(os.environ.get("SMARKETING_TEST_DATA") or ROOT / "var" / "test")
os.environ["SMARKETING_DATA"] = str(GROUND)
os.environ.setdefault("SMARKETING_SECRET_KEY", "only-for-tests-" + "t" * 40)

"""The night in a process of its own, to be killed or frozen; `python night_process.py [--mutant NAME]`.

Publishes few dimensions, so that a proof of many nights takes minutes.
"""

import os
import sys
from pathlib import Path

MUTANTS = ("no-token", "publish-early")
FEW = ("month",)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
    import django

    django.setup()
    from reporting import checks, publishing
    from smarketing.jobs import lease, nightly

    publishing.DIMENSIONS = FEW
    mutant = sys.argv[2] if len(sys.argv) > 2 else ""
    if mutant == "no-token":
        lease.hold = lease.renew = lambda held: None
    if mutant == "publish-early":
        checks.contradictions = lambda rows: ()
        nightly.once("publish", publishing.publish, order=79)
    nightly.reconcile()


if __name__ == "__main__":
    main()

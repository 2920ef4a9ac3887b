"""What upper rooms asked to be told inside the transaction of a deed. Registered from `AppConfig.ready()`.

changed(handoff_ids)   these handoffs were derived again; a hook only leaves a mark (`on conflict do nothing`)
"""

from collections.abc import Callable, Sequence

changed: list[Callable[[Sequence[int]], None]] = []

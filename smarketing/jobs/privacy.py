PERSONAL = {"outbox.body"}
NEUTRAL = {
    "run.job", "run.state", "run.step", "run.counts", "run.error",
    "chunk.step", "chunk.state", "chunk.error",
    "lease.name", "lease.holder",
    "outbox.kind", "outbox.error",
    "heartbeat.name", "heartbeat.detail",
}  # fmt: skip

PERSONAL: set[str] = set()
NEUTRAL = {"paper.kind", "paper.line", "paper.body", "paper.sha256", "signature.side", "signature.sha256"}

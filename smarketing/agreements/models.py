"""What two sides sign: a paper with canonical text and hash, and one signature of each side."""

from django.db import models

from smarketing.rows.kinds import Act


class Paper(Act):
    """A proposed text. `body` is canonical JSON (agreements.canonical), `sha256` its digest in hex."""

    kind = models.CharField(max_length=20)  # definition, terms, ...
    line = models.CharField(max_length=60)  # "definition:3"
    number = models.IntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "line", "number"], name="paper_once")]


class Signature(Act):
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10)
    signer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "side"], name="signature_side_once"),
            models.UniqueConstraint(fields=["paper", "signer"], name="signature_signer_once"),
            models.CheckConstraint(condition=models.Q(side__in=["marketing", "sales"]), name="signature_of_a_side"),
        ]

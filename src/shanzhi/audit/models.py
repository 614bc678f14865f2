"""Events and row changes, the tree that seals both, and its signed heads. All of it only grows; triggers hold that."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One thing done by one actor to one subject. The database refuses to change or delete it.

    `change` tells what changed in plain values; it never holds personal data, nor anything sealed. `digest` covers all
    the other columns, and is what the leaf of the event is made from. The database adds a column that Django does not
    know, `xid`: the transaction that wrote the row.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=80)
    actor_person = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    change = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    nonce = models.BinaryField(max_length=16)
    digest = models.CharField(max_length=71)

    class Meta:
        """Indexes for the history of a subject and of an area."""

        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_event_subject"),
            models.Index(fields=["area", "id"], name="audit_event_area"),
            models.Index(fields=["actor_person", "id"], name="audit_event_actor"),
        ]

    def __str__(self) -> str:
        """Name the event by its number and verb."""
        return f"{self.pk} {self.verb}"


class RowChange(models.Model):
    """What one statement did to rows of one covered table: their keys and the digests of what they became.

    Triggers write it (see `coverage`); `xid` is there as with events. A digest is SHA-256 over the salt, the key and
    the row as JSON. The salt takes no part in the leaf, and may be emptied: then nobody can try values against it.

    `op`: I, U, D for the statement; B for rows that were there before their table was covered; L for a load whose rows
    are digested later; S for what the sealer digested in its place, which `follows`; R for a digest taken anew.
    """

    table = models.CharField(max_length=63)
    op = models.CharField(max_length=1)
    keys = ArrayField(models.TextField())
    digests = ArrayField(models.BinaryField(max_length=32))
    salt = models.BinaryField(max_length=16, null=True)
    follows = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        """Name the table and what was done."""
        return f"{self.table} {self.op}"


class Leaf(models.Model):
    """A leaf of the tree, at its position: an event, or a row change with the event that tells of it (if any does)."""

    position = models.BigIntegerField(primary_key=True)
    event = models.BigIntegerField(null=True)
    rowchange = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        """Everything is sealed once, and found by its hash."""

        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(rowchange__isnull=True), name="audit_leaf_event"),
            models.UniqueConstraint(
                fields=["rowchange"], condition=Q(rowchange__isnull=False), name="audit_leaf_rowchange"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False) | Q(rowchange__isnull=False), name="audit_leaf_of_something"
            ),
        ]
        indexes = [models.Index(fields=["hash"], name="audit_leaf_hash")]

    def __str__(self) -> str:
        """Name the position."""
        return str(self.position)


class TreeNode(models.Model):
    """A complete subtree over 2^level leaves, from level 1 up; leaves are level 0."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        """Name level and index."""
        return f"{self.level}/{self.index}"


class TreeHead(models.Model):
    """A signed head of the tree, as published. `root` is 32 bytes in hexadecimal, keys are verifier keys in one word.

    Where `next_key` is there, the head announces it, and both keys sign.
    """

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    origin = models.CharField(max_length=200)
    key = models.CharField(max_length=300)
    signature = models.BinaryField(max_length=64)
    next_key = models.CharField(max_length=300, blank=True)
    next_signature = models.BinaryField(max_length=64, null=True)

    class Meta:
        """A key is announced with its signature."""

        constraints = [
            models.CheckConstraint(
                condition=Q(next_key="", next_signature__isnull=True)
                | (~Q(next_key="") & Q(next_signature__isnull=False)),
                name="audit_treehead_both_sign",
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="audit_treehead_newest")]

    def __str__(self) -> str:
        """Name size and root."""
        return f"{self.size} {self.root}"


class SealMark(models.Model):
    """How far the sealer has looked; no evidence, only speed: without its row all is looked through again.

    All that transactions before `xid` wrote is sealed, and so is every row up to the numbers `event` and `rowchange`.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    xid = models.BigIntegerField()
    event = models.BigIntegerField(default=0)
    rowchange = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Name the transaction."""
        return str(self.xid)

"""Events: what every operation leaves behind."""

from django.db import models


class Event(models.Model):
    """One thing done by one actor to one subject. The database refuses to change or delete it.

    `change` tells what changed in plain values; it never holds personal data, nor anything sealed. `digest` covers all
    the other columns, and is the leaf when events are folded into a tree.
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

"""Jobs in the background, and requests that were answered once and for all."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from shanzhi.work.lifecycle import JOB


class Job(models.Model):
    """A piece of long work, with its progress for the page that shows it. `done` and `total` count `unit`s."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=80)
    owner = models.UUIDField(null=True)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    state = models.CharField(max_length=20, choices=JOB.choices(), default=JOB.first)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    unit = models.CharField(max_length=40, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """A job has no more done than there is to do, once the total is known."""

        constraints = [
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=models.F("total")), name="work_job_done_in_total"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="work_job_owner")]

    def __str__(self) -> str:
        """Name the job by its kind and state."""
        return f"{self.kind} {self.state}"


class AnsweredRequest(models.Model):
    """A request with its key and first answer; the same key gives the same answer again."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=64)
    operation = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=71)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        """One answer per owner, operation and key."""

        constraints = [
            models.UniqueConstraint(fields=["owner", "operation", "key"], name="work_request_once"),
        ]
        indexes = [models.Index(fields=["at"], name="work_request_at")]

    def __str__(self) -> str:
        """Name the request by its operation."""
        return self.operation

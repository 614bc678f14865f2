"""Poll, Option, RollEntry, Envelope, Ballot, Count, Upload. Triggers (migration 0002) hold what constraints cannot."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.voting.lifecycle import POLL

RECEIPT_LENGTH = 24
KINDS = [("approval", _("Approval")), ("points", _("Points")), ("ranked", _("Ranked"))]


class Poll(models.Model):
    """A vote on projects: who may vote, on what, by which ballot, counted how. Money in fen.

    `spec` is the rule of counting as canonical JSON. `digest` covers all that decides (options included) and is fixed
    when the poll opens. Totals are written once, at the close. `points_scale`: points are whole numbers of 1/scale.
    `language` is the BCP 47 tag of an import's projects, titles and summaries alike; `title_language` that of the
    poll's own title, which may be ours. `treatments` tells how the file's doubtful faults were settled, one entry a
    kind; `stated` is what it said of its place and its ballots' limits, to be published again. Of fewer ballots than
    `smallest_electorate` no figure about fewer voters than `smallest_group` is published.
    `booth_registration` lets officers put unlisted residents on the roll at a polling place,
    `paper_replaces_online` lets a voter who cast online vote on paper instead; `channels` tells after the close how
    many came by which way.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    areas = ArrayField(models.CharField(max_length=21, db_collation="C"))
    ballot_kind = models.CharField(max_length=10, choices=KINDS)
    min_choices = models.PositiveSmallIntegerField(default=0)
    max_choices = models.PositiveSmallIntegerField(null=True)
    purse_limit = models.BooleanField(default=False)
    points_total = models.PositiveIntegerField(null=True)
    points_scale = models.PositiveIntegerField(default=1)
    blank_allowed = models.BooleanField(default=True)
    minimum_age = models.PositiveSmallIntegerField()
    roll_date = models.DateField()
    budget_fen = models.BigIntegerField()
    budget_exact = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=12, default="CNY")
    spec = models.TextField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=POLL.choices(), default=POLL.first)
    imported = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=20, blank=True, default="", db_default="")
    title_language = models.CharField(max_length=20, blank=True, default="", db_default="")
    treatments = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    stated: models.JSONField[Any] = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    smallest_electorate = models.IntegerField(default=0, db_default=0)
    smallest_group = models.SmallIntegerField(default=5, db_default=5)
    digest = models.CharField(max_length=71, blank=True)
    roll_total = models.PositiveIntegerField(null=True)
    ballots_total = models.PositiveIntegerField(null=True)
    blank_total = models.PositiveIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_early_reason = models.TextField(blank=True)
    booth_registration = models.BooleanField(default=False, db_default=False)
    paper_replaces_online = models.BooleanField(default=False, db_default=False)
    channels = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """A poll closes after it opens, and its figures make sense together."""

        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="voting_poll_period"),
            models.CheckConstraint(condition=Q(budget_fen__gte=0), name="voting_poll_budget"),
            models.CheckConstraint(condition=Q(areas__len__gt=0), name="voting_poll_has_areas"),
            models.CheckConstraint(
                condition=Q(smallest_electorate__gte=0, smallest_group__gte=3), name="voting_poll_small_groups"
            ),
            models.CheckConstraint(
                condition=Q(max_choices__isnull=True) | Q(max_choices__gte=F("min_choices")),
                name="voting_poll_least_and_most",
            ),
            models.CheckConstraint(
                condition=Q(ballot_kind="points") | Q(points_total__isnull=True), name="voting_poll_points"
            ),
            models.CheckConstraint(
                condition=Q(ballots_total__isnull=True) | Q(blank_total__lte=F("ballots_total")),
                name="voting_poll_blank_in_total",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="voting_poll_newest"),
            models.Index(fields=["state", "closes_at"], name="voting_poll_state"),
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title


class Option(models.Model):
    """A project on the ballot. `position` counts from 0; `cost_exact` is set where fen are too coarse (imports)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="options")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=120)
    title = models.CharField(max_length=1000)
    summary = models.TextField(blank=True)
    cost_fen = models.BigIntegerField()
    cost_exact = models.CharField(max_length=60, blank=True)
    exclusive = models.CharField(max_length=120, blank=True)
    theme = models.CharField(max_length=60, blank=True)
    link = models.CharField(max_length=300, blank=True)
    selected = models.BooleanField(null=True)

    class Meta:
        """A code and a position name one option each."""

        ordering = ["poll", "position"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "position"], name="voting_option_position"),
            models.UniqueConstraint(fields=["poll", "code"], name="voting_option_code"),
            models.CheckConstraint(condition=Q(cost_fen__gte=0), name="voting_option_cost"),
        ]

    def __str__(self) -> str:
        """Show code and title."""
        return f"{self.code} {self.title}"

    @property
    def name(self) -> str:
        """What to call the project: its title, or its number where a file gives none."""
        return self.title or self.code


class LeftOption(models.Model):
    """A project that left a running or finished vote: withdrawn or disqualified, and why, in words for the public.

    It keeps its place on the ballot; every count made while `back_at` is empty passes it over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="departures")
    reason = models.TextField()
    left_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)

    class Meta:
        """A project is away once at a time, with a reason."""

        constraints = [
            models.UniqueConstraint(
                fields=["option"], condition=Q(back_at__isnull=True), name="voting_leftoption_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="voting_leftoption_reason"),
            models.CheckConstraint(
                condition=Q(back_at__isnull=True) | Q(back_at__gte=F("left_at")), name="voting_leftoption_order"
            ),
        ]

    def __str__(self) -> str:
        """Show the option's key."""
        return str(self.option_id)


class RollEntry(models.Model):
    """One voter on the roll of a poll, with the area of residence at the roll date. Its id is the voter's number.

    `added_at_booth` marks the supplementary roll: who was put on it at a polling place, against a document.
    """

    id = models.BigAutoField(primary_key=True)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="roll", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=21, db_collation="C")
    added_at_booth = models.ForeignKey(
        "voting.Booth", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        """A person stands on a roll once."""

        constraints = [models.UniqueConstraint(fields=["poll", "person"], name="voting_roll_once")]
        indexes = [
            models.Index(fields=["poll", "area", "id"], name="voting_roll_area"),
            models.Index(
                fields=["added_at_booth"], name="voting_roll_added", condition=Q(added_at_booth__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Name the entry by its area; the person is not told."""
        return f"{self.poll_id} {self.area}"


class Envelope(models.Model):
    """A sealed ballot while the vote runs: no time, no number, no person, only a keyed mark, ciphertext and two tags.

    The tags know a request that comes again; they are empty on ballots from before there were tags. `since` is the
    minute in which the voter first cast, sealed; a ballot that replaces another keeps it. An empty `sealed` holds the
    place of one who votes on paper, so that one unique index turns away the second vote, whichever way it comes.
    """

    pk = models.CompositePrimaryKey("poll_id", "voter_mac")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+", db_index=False)
    voter_mac = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    request_tag = models.BinaryField(max_length=16, null=True)
    content_tag = models.BinaryField(max_length=16, null=True)
    since = models.BinaryField(max_length=32, null=True)

    def __str__(self) -> str:
        """Name the poll alone."""
        return str(self.poll_id)


class Ballot(models.Model):
    """A ballot after the close, under its random receipt. `choices` are positions of options, best first if ranked."""

    receipt = models.CharField(primary_key=True, max_length=RECEIPT_LENGTH, db_collation="C")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+")
    choices = ArrayField(models.SmallIntegerField())
    points = ArrayField(models.BigIntegerField(), null=True)
    imported = models.BooleanField(default=False)

    class Meta:
        """Points stand beside choices."""

        constraints = [
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__len=F("choices__len")), name="voting_ballot_points"
            ),
        ]

    def __str__(self) -> str:
        """Name the poll alone."""
        return str(self.poll_id)


class Count(models.Model):
    """A count of a poll: the whole course as JSON, the published file and the digests that seal both.

    `digest` covers rule and outcome, and is the same for the same round; `seal` binds the receipts to the ballots of
    this very poll; `file_digest` is of the file's bytes. A recount after a withdrawal is a further row; `left_out`
    names the projects (codes, sorted) that the count passed over, since they had left the vote.

    Of a small electorate `result` and `file` hold what may be told, `publication` says what was held back, and
    `digest` covers all with a salt, so that nobody finds the ballots by trying. The salts come from `seal_key`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField(default=1)
    spec = models.TextField()
    result = models.JSONField()
    digest = models.CharField(max_length=71)
    seal = models.CharField(max_length=71)
    seal_key = models.BinaryField(null=True)
    seal_nodes = models.BinaryField(default=b"", db_default=b"")
    publication: models.JSONField[Any] = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    file = models.TextField()
    file_digest = models.CharField(max_length=71)
    left_out = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    created_at = models.DateTimeField()

    class Meta:
        """Counts of a poll are numbered."""

        constraints = [models.UniqueConstraint(fields=["poll", "number"], name="voting_count_number")]

    def __str__(self) -> str:
        """Show the digest."""
        return self.digest


class FoundNeed(models.Model):
    """What one loser of a count would have needed, found after it: as plain JSON, and its reason in sentences."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="found_needs")
    project = models.CharField(max_length=120)
    need = models.JSONField()
    sentences = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        """Found once for each project of a count."""

        constraints = [models.UniqueConstraint(fields=["count", "project"], name="voting_foundneed_once")]

    def __str__(self) -> str:
        """Show the project."""
        return self.project


class Upload(models.Model):
    """A file that was read and waits for a yes; its content is dropped when it has become a poll.

    `treatments` holds by name how the importer wants doubtful faults settled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    summary = models.JSONField()
    treatments = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    job = models.UUIDField(null=True)
    poll = models.ForeignKey(Poll, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """Content is there exactly until the poll is."""

        constraints = [
            models.CheckConstraint(
                condition=Q(content__isnull=True, poll__isnull=False) | Q(content__isnull=False, poll__isnull=True),
                name="voting_upload_content_until_poll",
            ),
        ]

    def __str__(self) -> str:
        """Show the file's name."""
        return self.name

"""Offers and requests of help, what is promised upon them, the credits held for it, and ratings."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.people.fields import SealedField
from shanzhi.people.models import Person
from shanzhi.timebank.lifecycle import DEAL, LIVING, POST
from shanzhi.timebank.models.banks import Bank
from shanzhi.timebank.models.members import Lot, Member
from shanzhi.volunteering.models import LANGUAGES
from shanzhi.work.search import search_index

NONE_SAID = Value([], ArrayField(models.CharField(max_length=40)))
LONGEST_PLACE = 60
DAY = 24 * 60
SEAT_SHAPE = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"


class Sort(models.TextChoices):
    """Whether one asks for help or offers it."""

    REQUEST = "request", pgettext_lazy("help", "Asks for help")
    OFFER = "offer", pgettext_lazy("help", "Offers help")


class Post(models.Model):
    """A request or an offer of help of a member, for the other members of the bank.

    `area` is the community; the address is sealed and shown to the two of a promise alone. `minutes` is what it costs,
    or what an hour of an offer would, in minutes of credit. `photo` is the digest of a picture that was written anew.
    A request may name `skills` that help (codes of the area's words) and a `language` that would be good. An offer may
    say a rough `place` in words, which all members read, and at which hours of a week (`OfferHours`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="posts")
    sort = models.CharField(_("Asks or offers"), max_length=8, choices=Sort.choices)
    title = models.CharField(_("In a few words"), max_length=60)
    about = models.TextField(_("What is to be done"), max_length=1000)
    area = models.CharField(_("Community"), max_length=12, db_collation="C")
    place = models.CharField(_("Where, roughly"), max_length=LONGEST_PLACE, blank=True, default="", db_default="")
    address = SealedField(purpose="timebank.post.address", null=True)
    starts_at = models.DateTimeField(_("When"), null=True)
    until = models.DateField(_("Stands until"))
    minutes = models.PositiveIntegerField(_("Credits"))
    photo = models.CharField(max_length=71, blank=True, db_collation="C")
    skills = ArrayField(
        models.CharField(max_length=40), verbose_name=_("Skills that help"), default=list, db_default=NONE_SAID
    )
    language = models.CharField(
        _("Language"), max_length=16, choices=list(LANGUAGES.items()), blank=True, default="", db_default=""
    )
    state = models.CharField(_("State"), max_length=8, choices=POST.choices(), default=POST.first)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        """A request says at which hour; an offer may say where and at which hours of a week."""

        constraints = [
            models.CheckConstraint(condition=Q(sort__in=Sort.values), name="timebank_post_sort"),
            models.CheckConstraint(condition=Q(state__in=list(POST.states)), name="timebank_post_state"),
            models.CheckConstraint(condition=Q(title__regex=r"\S", about__regex=r"\S"), name="timebank_post_words"),
            models.CheckConstraint(condition=Q(area__regex=SEAT_SHAPE), name="timebank_post_area"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_post_minutes"),
            models.CheckConstraint(
                condition=Q(sort="offer", starts_at__isnull=True) | Q(sort="request", starts_at__isnull=False),
                name="timebank_post_where_and_when",
            ),
            models.CheckConstraint(condition=Q(sort="offer") | Q(place=""), name="timebank_post_place"),
            models.CheckConstraint(condition=Q(language__in=["", *LANGUAGES]), name="timebank_post_language"),
            models.CheckConstraint(condition=Q(sort="request") | Q(skills=[], language=""), name="timebank_post_fit"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False),
                name="timebank_post_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "state", "-created_at", "id"], name="timebank_posts"),
            models.Index(fields=["author", "-created_at"], name="timebank_posts_of"),
            search_index("title", name="timebank_post_by_title"),
        ]

    def __str__(self) -> str:
        """Give the title."""
        return self.title


class OfferHours(models.Model):
    """Hours of a week at which an offer holds: minutes of the day, `starts` within, `ends` the first one outside.

    As the free hours of volunteers: weekdays are 1 (Monday) to 7. Triggers: only of an open offer, no two of it
    overlap, and they stay as they were said until the offer is closed.
    """

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("Day of the week"))
    starts = models.PositiveSmallIntegerField(_("From, minute of the day"))
    ends = models.PositiveSmallIntegerField(_("Until, minute of the day"))

    class Meta:
        """Inside one day, and not empty."""

        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="timebank_hours_weekday"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends"), ends__lte=DAY), name="timebank_hours_span"),
            models.UniqueConstraint(fields=["post", "weekday", "starts"], name="timebank_hours_once"),
        ]
        ordering = ["weekday", "starts"]

    def __str__(self) -> str:
        """Give weekday and minutes."""
        return f"{self.weekday} {self.starts}-{self.ends}"

    @property
    def span(self) -> tuple[int, int, int]:
        """Give it as forms and operations take it."""
        return self.weekday, self.starts, self.ends


class Deal(models.Model):
    """That one member helps another upon a post, for so many minutes of credit.

    `helper` is paid by `taker`; one of them wrote the post, the other answered. Both say that it is done; who pays and
    keeps silent for a week has said so. `paid` is what the helper got, `overflow` what went to a pool since the helper
    may hold no more. `guardian` agreed where one of the two is a minor and the other a grown-up stranger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deals")
    helper = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="helps")
    taker = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="takes")
    minutes = models.PositiveIntegerField(_("Credits"))
    message = models.CharField(_("A word to the other"), max_length=200, blank=True)
    state = models.CharField(_("State"), max_length=12, choices=DEAL.choices(), default=DEAL.first)
    asked_at = models.DateTimeField()
    guardian = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    guardian_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    helper_done_at = models.DateTimeField(null=True)
    taker_done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    paid = models.PositiveIntegerField(null=True)
    overflow = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Two people; a request is promised once at a time; what is over says what was paid."""

        constraints = [
            models.CheckConstraint(condition=~Q(helper=F("taker")), name="timebank_deal_of_two"),
            models.CheckConstraint(condition=Q(state__in=list(DEAL.states)), name="timebank_deal_state"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_deal_minutes"),
            models.CheckConstraint(
                condition=Q(state__in=("paid", "settled"), paid__isnull=False, ended_at__isnull=False)
                | Q(state__in=LIVING, paid__isnull=True, ended_at__isnull=True)
                | Q(
                    state__in=("refused", "withdrawn", "cancelled", "lapsed"),
                    paid__isnull=True, ended_at__isnull=False,
                ),
                name="timebank_deal_ended",
            ),
            models.CheckConstraint(
                condition=Q(paid__isnull=True) | Q(paid__lte=F("minutes") - F("overflow")), name="timebank_deal_paid"
            ),
            models.CheckConstraint(
                condition=Q(promised_at__isnull=False) | Q(state__in=("asked", "refused", "withdrawn", "lapsed")),
                name="timebank_deal_promised",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(decision__regex=r"\S"), name="timebank_deal_decided"
            ),
            models.UniqueConstraint(
                fields=["post", "helper", "taker"], condition=Q(state__in=LIVING), name="timebank_deal_once"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["helper", "-asked_at"], name="timebank_helps"),
            models.Index(fields=["taker", "-asked_at"], name="timebank_takes"),
            models.Index(fields=["state", "promised_at"], name="timebank_deals_living"),
            models.Index(fields=["ended_at"], condition=Q(paid__gt=0), name="timebank_deals_paid"),
        ]

    def __str__(self) -> str:
        """Name state and minutes."""
        return f"{self.state} {self.minutes}"

    @property
    def answered_by(self) -> uuid.UUID:
        """Give the member who answered the post."""
        return self.helper_id if self.post.author_id == self.taker_id else self.taker_id


class Reserved(models.Model):
    """How much of which lot a promise or a voucher holds; it goes back there, or is paid. Rows go when it is over."""

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, null=True, on_delete=models.PROTECT, related_name="reserved")
    voucher = models.ForeignKey("timebank.Voucher", null=True, on_delete=models.PROTECT, related_name="reserved")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="reserved")
    minutes = models.PositiveIntegerField()

    class Meta:
        """A part of a lot once for a promise, or for a voucher."""

        constraints = [
            models.UniqueConstraint(fields=["deal", "lot"], name="timebank_reserved_once"),
            models.UniqueConstraint(fields=["voucher", "lot"], name="timebank_reserved_for_voucher"),
            models.CheckConstraint(
                condition=Q(deal__isnull=True, voucher__isnull=False) | Q(deal__isnull=False, voucher__isnull=True),
                name="timebank_reserved_for_one",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="timebank_reserved_minutes"),
        ]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Rating(models.Model):
    """What one of the two says of the other afterwards; shown when both did, or after two weeks. Rows stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="ratings")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="ratings")
    stars = models.PositiveSmallIntegerField(_("Stars"))
    said = models.CharField(_("In words"), max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Once each, from 1 to 5."""

        constraints = [
            models.UniqueConstraint(fields=["deal", "by"], name="timebank_rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="timebank_rating_stars"),
        ]

    def __str__(self) -> str:
        """Give the stars."""
        return str(self.stars)

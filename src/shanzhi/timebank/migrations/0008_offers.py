"""Offers say a rough place and hours of a week; where exactly is sealed, as of requests."""

import django.db.models.deletion
from django.db import migrations, models

# The lock on the post makes two who write wait for one another, and for who closes it.
HOURS = """
CREATE FUNCTION timebank_guard_hours() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'hours of an offer stay as they were said' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT sort, state INTO of FROM timebank_post
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.post_id ELSE NEW.post_id END FOR NO KEY UPDATE;
    IF TG_OP = 'DELETE' THEN
        IF of.state = 'open' THEN
            RAISE EXCEPTION 'hours of an open offer stay' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF of.sort <> 'offer' OR of.state <> 'open' THEN
        RAISE EXCEPTION 'timebank_hours_of_offer: only an open offer says hours of a week'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM timebank_offerhours h WHERE h.post_id = NEW.post_id AND h.weekday = NEW.weekday
        AND h.starts < NEW.ends AND NEW.starts < h.ends) THEN
        RAISE EXCEPTION 'timebank_hours_overlap: these hours overlap others' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_hours_kept BEFORE INSERT OR UPDATE OR DELETE ON timebank_offerhours
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_hours();
"""
HOURS_BACK = """
DROP TRIGGER timebank_hours_kept ON timebank_offerhours;
DROP FUNCTION timebank_guard_hours();
"""


class Migration(migrations.Migration):
    dependencies = [("timebank", "0007_pool_lock")]

    operations = [
        migrations.CreateModel(
            name="OfferHours",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("weekday", models.PositiveSmallIntegerField(verbose_name="Day of the week")),
                ("starts", models.PositiveSmallIntegerField(verbose_name="From, minute of the day")),
                ("ends", models.PositiveSmallIntegerField(verbose_name="Until, minute of the day")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hours", to="timebank.post"
                    ),
                ),
            ],
            options={"ordering": ["weekday", "starts"]},
        ),
        migrations.RemoveConstraint(model_name="post", name="timebank_post_where_and_when"),
        migrations.AddField(
            model_name="post",
            name="place",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="Where, roughly"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sort", "offer"), ("starts_at__isnull", True)),
                    models.Q(("sort", "request"), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="timebank_post_where_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("sort", "offer"), ("place", ""), _connector="OR"), name="timebank_post_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__range", (1, 7))), name="timebank_hours_weekday"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__lte", 1440), ("starts__lt", models.F("ends"))), name="timebank_hours_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerhours",
            constraint=models.UniqueConstraint(fields=("post", "weekday", "starts"), name="timebank_hours_once"),
        ),
        migrations.RunSQL(HOURS, HOURS_BACK),
    ]

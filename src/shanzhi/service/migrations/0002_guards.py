"""The database holds the lives of records, complaints, thanks and batches, sums that fit, stars' thresholds that rise,
numbers of certificates without gaps, and what stays as it was written."""

from django.db import migrations

from shanzhi.audit.append_only import append_only
from shanzhi.service.migrations._records import RECORDS, RECORDS_BACK

WORDS = """
CREATE FUNCTION service_guard_complaint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found service_servicerecord;
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.record_id, NEW.complainant_id, NEW.made_at, NEW.due_on)
        IS DISTINCT FROM (OLD.record_id, OLD.complainant_id, OLD.made_at, OLD.due_on) OR (OLD.state <> 'open'
        AND (NEW.state, NEW.answered_by_id, NEW.answered_at)
        IS DISTINCT FROM (OLD.state, OLD.answered_by_id, OLD.answered_at)) THEN
        RAISE EXCEPTION 'a complaint is answered once and stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.answered_by_id IS NULL OR NEW.answered_by_id IS NOT DISTINCT FROM OLD.answered_by_id THEN
        RETURN NEW;
    END IF;
    SELECT * INTO found FROM service_servicerecord WHERE id = NEW.record_id;
    IF NEW.answered_by_id IN (found.recorded_by_id, found.verified_by_id) OR EXISTS (SELECT
        FROM volunteering_volunteer v WHERE v.id = found.volunteer_id AND v.person_id = NEW.answered_by_id) THEN
        RAISE EXCEPTION 'service_complaint_somebody_else: a complaint is answered by somebody else'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_complaint_kept BEFORE UPDATE OR DELETE ON service_complaint
    FOR EACH ROW EXECUTE FUNCTION service_guard_complaint();

CREATE FUNCTION service_guard_thanks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM volunteering_volunteer v WHERE v.id = NEW.volunteer_id
        AND v.person_id IN (NEW.author_id, NEW.read_by_id)) THEN
        RAISE EXCEPTION 'service_thanks_own: nobody thanks oneself' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.volunteer_id, NEW.author_id, NEW.written_at)
        IS DISTINCT FROM (OLD.volunteer_id, OLD.author_id, OLD.written_at) THEN
        RAISE EXCEPTION 'a note of thanks stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'shown>hidden', 'waiting>hidden', 'waiting>shown'
    ]) THEN
        RAISE EXCEPTION 'service_thanks_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_thanks_kept BEFORE INSERT OR UPDATE OR DELETE ON service_thanks
    FOR EACH ROW EXECUTE FUNCTION service_guard_thanks();

CREATE FUNCTION service_guard_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(NEW.star_minutes) WITH ORDINALITY AS one(minutes, place)
        JOIN unnest(NEW.star_minutes) WITH ORDINALITY AS next(minutes, place) ON next.place = one.place + 1
        WHERE next.minutes <= one.minutes) OR NEW.star_minutes[1] < 1 THEN
        RAISE EXCEPTION 'service_rules_rising: each star asks for more than the one before'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_rules_rising BEFORE INSERT ON service_servicerules
    FOR EACH ROW EXECUTE FUNCTION service_guard_rules();
"""
WORDS_BACK = """
DROP TRIGGER service_rules_rising ON service_servicerules;
DROP FUNCTION service_guard_rules();
DROP TRIGGER service_thanks_kept ON service_thanks;
DROP FUNCTION service_guard_thanks();
DROP TRIGGER service_complaint_kept ON service_complaint;
DROP FUNCTION service_guard_complaint();
"""
CERTIFICATES = """
CREATE FUNCTION service_guard_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtext('service_certificate'), hashtext(NEW.area || '/' || NEW.year));
        SELECT coalesce(max(serial), 0) INTO last FROM service_certificate
            WHERE area = NEW.area AND year = NEW.year;
        IF NEW.serial <> last + 1 THEN
            RAISE EXCEPTION 'service_certificate_gap: the next number is %', last + 1
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by_id)
        IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id))
        OR (NEW.volunteer_id, NEW.batch_id, NEW.area, NEW.year, NEW.serial, NEW.number, NEW.code, NEW.paper,
        NEW.minutes, NEW.times, NEW.content, NEW.organization_id, NEW.issuer_area, NEW.issuer_name, NEW.starts_on,
        NEW.ends_on, NEW.issued_on, NEW.issued_at, NEW.issued_by_id)
        IS DISTINCT FROM (OLD.volunteer_id, OLD.batch_id, OLD.area, OLD.year, OLD.serial, OLD.number, OLD.code,
        OLD.paper, OLD.minutes, OLD.times, OLD.content, OLD.organization_id, OLD.issuer_area, OLD.issuer_name,
        OLD.starts_on, OLD.ends_on, OLD.issued_on, OLD.issued_at, OLD.issued_by_id) THEN
        RAISE EXCEPTION 'a certificate is withdrawn once, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_certificate_kept BEFORE INSERT OR UPDATE OR DELETE ON service_certificate
    FOR EACH ROW EXECUTE FUNCTION service_guard_certificate();

CREATE FUNCTION service_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What is written stays so; of who answers for the papers the words may lose a name, when somebody is erased.
    IF TG_OP = 'DELETE' OR NEW.made < OLD.made OR (OLD.state = 'written' AND (NEW.state, NEW.made, NEW.finished_at,
        NEW.job) IS DISTINCT FROM (OLD.state, OLD.made, OLD.finished_at, OLD.job))
        OR (NEW.organization_id, NEW.issuer_area, NEW.issuer_name, NEW.starts_on, NEW.ends_on, NEW.wanted,
        NEW.ordered_by_id, NEW.ordered_at) IS DISTINCT FROM (OLD.organization_id, OLD.issuer_area, OLD.issuer_name,
        OLD.starts_on, OLD.ends_on, OLD.wanted, OLD.ordered_by_id, OLD.ordered_at) THEN
        RAISE EXCEPTION 'a batch only gets on, and stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_batch_kept BEFORE UPDATE OR DELETE ON service_certificatebatch
    FOR EACH ROW EXECUTE FUNCTION service_guard_batch();

CREATE FUNCTION service_guard_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.passed OR OLD.certificate_id IS NOT NULL
        OR (NEW.batch_id, NEW.volunteer_id) <> (OLD.batch_id, OLD.volunteer_id) THEN
        RAISE EXCEPTION 'a row of a batch is done once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_item_kept BEFORE UPDATE OR DELETE ON service_batchitem
    FOR EACH ROW EXECUTE FUNCTION service_guard_item();
"""
CERTIFICATES_BACK = """
DROP TRIGGER service_item_kept ON service_batchitem;
DROP FUNCTION service_guard_item();
DROP TRIGGER service_batch_kept ON service_certificatebatch;
DROP FUNCTION service_guard_batch();
DROP TRIGGER service_certificate_kept ON service_certificate;
DROP FUNCTION service_guard_certificate();
"""


class Migration(migrations.Migration):
    dependencies = [("service", "0001_initial"), ("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(RECORDS, RECORDS_BACK),
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(CERTIFICATES, CERTIFICATES_BACK),
        append_only("service_servicerules"),
        append_only("service_staraward"),
    ]

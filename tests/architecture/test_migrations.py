"""Migrations run while people vote, beside servers of the version before: what they may not do to a vote's tables."""

import re

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

GUARDED = ("voting_envelope", "voting_ballot", "voting_rollentry", "voting_poll", "django_session")
TABLE = re.compile(rf'(?:"?public"?\.)?(?<!\w)"?({"|".join(GUARDED)})\b"?')
# What a statement does to a big table in use, written @ here, and what to write instead.
FORBIDDEN = {
    r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON (ONLY )?@": "blocks ballots: use AddIndexConcurrently",
    r"DROP INDEX (?!CONCURRENTLY)(IF EXISTS )?\"?voting_": "waits for all ballots: use RemoveIndexConcurrently",
    r"ALTER TABLE (ONLY )?@.* ALTER COLUMN \S+ TYPE\b": "rewrites the table: add a column instead",
    r"ALTER TABLE (ONLY )?@.* SET NOT NULL\b": "reads the whole table locked: validate a check beforehand",
    r"ALTER TABLE (ONLY )?@.* ADD CONSTRAINT (?!.*NOT VALID)": "reads all of it locked: AddConstraintNotValid",
    r"ALTER TABLE (ONLY )?@.* ADD COLUMN .* (REFERENCES|UNIQUE|GENERATED|PRIMARY KEY)\b": "locks more than a column",
    r"ALTER TABLE (ONLY )?@.* ADD COLUMN .* DEFAULT [^,;]*\(": "writes every row: let the column be empty",
    r"ALTER TABLE (ONLY )?@.* (DROP COLUMN|RENAME)\b": "breaks the version before, which still runs: a release later",
    r"(UPDATE|DELETE FROM) (ONLY )?@": "locks rows of running votes: fill them in batches, outside migrations",
    r"(LOCK( TABLE)?|CLUSTER|VACUUM FULL|TRUNCATE( TABLE)?) (ONLY )?@": "locks everybody out",
}


def faults(statements: list[str]) -> list[str]:
    """Say what statements of one migration do to tables that they did not make themselves."""
    text = re.sub(r"\$\$.*?\$\$", "", "\n".join(statements), flags=re.S)
    made = set(re.findall(rf'CREATE TABLE "?({"|".join(GUARDED)})\b', text))
    found = []
    for statement in text.split(";"):
        line = " ".join(statement.split())
        marked = TABLE.sub(lambda name: name[0] if name[1] in made else "@", line)
        found += [f"{line[:90]}: {why}" for pattern, why in FORBIDDEN.items() if re.search(pattern, marked)]
    return found


class TestTheRule:
    @pytest.mark.parametrize(
        "statement",
        [
            'CREATE INDEX "x" ON "voting_envelope" ("poll_id");',
            'CREATE UNIQUE INDEX "x" ON "voting_ballot" ("receipt");',
            'ALTER TABLE "voting_ballot" ALTER COLUMN "receipt" TYPE text USING "receipt"::text;',
            'ALTER TABLE "voting_rollentry" ALTER COLUMN "area" SET NOT NULL;',
            'ALTER TABLE "voting_rollentry" ADD CONSTRAINT "x" CHECK ("area" > 0);',
            'ALTER TABLE "voting_rollentry" ADD COLUMN "x" bigint NULL REFERENCES "people_person" ("id");',
            'ALTER TABLE "voting_ballot" ADD COLUMN "x" uuid DEFAULT gen_random_uuid() NOT NULL;',
            'ALTER TABLE "voting_envelope" DROP COLUMN "sealed" CASCADE;',
            'ALTER TABLE "voting_envelope" RENAME COLUMN "sealed" TO "closed";',
            'UPDATE "voting_rollentry" SET "area" = 1;',
            "LOCK TABLE voting_envelope IN EXCLUSIVE MODE;",
            "TRUNCATE voting_envelope;",
        ],
    )
    def test_forbids(self, statement: str) -> None:
        assert faults([statement])

    @pytest.mark.parametrize(
        "statement",
        [
            'CREATE INDEX CONCURRENTLY "x" ON "voting_envelope" ("poll_id");',
            'ALTER TABLE "voting_envelope" ADD COLUMN "tag" bytea NULL;',
            'ALTER TABLE "voting_ballot" ADD COLUMN "imported" boolean DEFAULT false NOT NULL;',
            'ALTER TABLE "voting_rollentry" ADD CONSTRAINT "x" CHECK ("area" > 0) NOT VALID;',
            'ALTER TABLE "voting_rollentry" VALIDATE CONSTRAINT "x";',
            'CREATE INDEX "x" ON "voting_upload" ("poll_id");',
            'CREATE TABLE "voting_ballot" ("id" int);\nCREATE INDEX "x" ON "voting_ballot" ("id");',
        ],
    )
    def test_allows(self, statement: str) -> None:
        assert faults([statement]) == []


@pytest.mark.django_db
class TestOurMigrations:
    def test_lock_no_table_of_a_running_vote(self) -> None:
        loader = MigrationLoader(connection)
        found = {}
        for key, migration in loader.graph.nodes.items():
            if migration is not None and migration.__module__.startswith("shanzhi."):
                wrong = faults(loader.collect_sql([(migration, False)]))
                if wrong:
                    found[key] = wrong
        assert found == {}

-- Of which destroyed keys everything that they had opened is gone from the database's own files too.
CREATE TABLE traces_removed (
    subject bigint PRIMARY KEY,
    removed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX personal_key_destroyed ON personal_key (subject) WHERE destroyed_at IS NOT NULL;

-- PostgreSQL keeps samples of each column, to plan by. Nothing is planned by these, and they may show a person.
-- Giving a column the type that it has drops the samples that there are.
ALTER TABLE idempotency_key ALTER COLUMN body TYPE bytea, ALTER COLUMN headers TYPE jsonb;
ALTER TABLE idempotency_key ALTER COLUMN body SET STATISTICS 0, ALTER COLUMN headers SET STATISTICS 0;
ALTER TABLE content ALTER COLUMN data SET STATISTICS 0;

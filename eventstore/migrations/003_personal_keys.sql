-- Keys of what is personal in events: one per subject, wrapped by a master key that is not kept here. A key that
-- was destroyed leaves its row, so that one which is merely missing is told from it.

CREATE TABLE personal_key (
    subject bigint PRIMARY KEY,
    master text COLLATE "C" NOT NULL,
    wrapped bytea,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK (octet_length(wrapped) = 60)
);
COMMENT ON COLUMN personal_key.master IS 'The fingerprint of the master key that wraps this one.';

CREATE FUNCTION refuse_losing_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.wrapped IS NULL THEN
            RAISE EXCEPTION 'a key that was destroyed does not come back' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'keys are destroyed, never removed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER destroyed_for_good BEFORE UPDATE ON personal_key
    FOR EACH ROW EXECUTE FUNCTION refuse_losing_keys();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON personal_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_losing_keys();

-- The fingerprint of the master key in use, so that a wrong one is noticed at the start.
CREATE TABLE master_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    fingerprint text COLLATE "C" NOT NULL
);

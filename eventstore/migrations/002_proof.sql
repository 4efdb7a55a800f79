-- What proves the log to others: the tree over the events, signed checkpoints of it, and who read the history.

-- Hashes of complete subtrees in pieces of 256. Level 0 are the events' own hashes, level 1 the roots of pieces
-- of level 0, and so on. Only full pieces are kept; what comes after them is hashed again when it is needed.
CREATE TABLE tree_tile (
    level smallint NOT NULL,
    index bigint NOT NULL,
    root bytea NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, index)
);
-- Hashes do not compress, and roots are read without them.
ALTER TABLE tree_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE checkpoint (
    tree_size bigint PRIMARY KEY,
    root bytea NOT NULL,
    note text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE checkpoint IS
    'Seals of the events from position 1 to tree_size: the root of the tree over them, in a signed note.';

-- Which checkpoints were written to which place outside.
CREATE TABLE checkpoint_anchored (
    tree_size bigint NOT NULL,
    place text NOT NULL,
    anchored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tree_size, place)
);

-- Not events: reading must not make the log longer.
CREATE TABLE history_read (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    user_id text NOT NULL,
    role text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    query text NOT NULL
);

CREATE FUNCTION refuse_other_than_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_than_insert();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_than_insert();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_anchored
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_than_insert();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history_read
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_than_insert();

-- The trigger refuses, and the grants refuse too: not even the owner may, unless it gives itself the right again.
REVOKE UPDATE, DELETE, TRUNCATE ON log_events, tree_tile, checkpoint, checkpoint_anchored, history_read
    FROM PUBLIC, CURRENT_USER;

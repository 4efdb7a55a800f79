-- Who is signed in with a browser: only the digest of the cookie is kept. Without its key, a session ends.
CREATE TABLE web_session (
    sha256 bytea PRIMARY KEY,
    key_id bigint NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    csrf text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX web_session_expires_at ON web_session (expires_at);

-- Somebody who signed in at an identity provider has no key: the session itself says who it is.
ALTER TABLE web_session
    ALTER COLUMN key_id DROP NOT NULL,
    ADD COLUMN user_id text,
    ADD COLUMN role text,
    ADD CHECK ((key_id IS NULL) = (user_id IS NOT NULL AND role IS NOT NULL));

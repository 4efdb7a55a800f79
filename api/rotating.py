"""Rotating the master key: the keys of personal data are wrapped anew, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.settings import MASTER_KEY_FILE, Settings
from application.event_log import open_log
from eventstore.key_file import KeyFileError, load_secret, replace_secret, secret_of
from eventstore.log import EventLog
from eventstore.personal_keys import MasterKey, PersonalKeyError


def rotate(settings: Settings, conninfo: str, data: Path, progress: Callable[[int, int | None], None]) -> int:
    """Rotate, or finish what was broken off; how many keys were wrapped.

    Raises PersonalKeyError, KeyFileError. A key from the settings is followed by SEGMENTLOG_NEW_MASTER_KEY;
    one in the data directory by one that is drawn, and kept beside it until all keys are wrapped.
    """
    file = data / MASTER_KEY_FILE
    new_file = data / f"{MASTER_KEY_FILE}.new"
    old = load_secret(settings.segmentlog_master_key, "SEGMENTLOG_MASTER_KEY", file, make=False)
    if settings.segmentlog_master_key:
        if not settings.segmentlog_new_master_key:
            raise KeyFileError("SEGMENTLOG_NEW_MASTER_KEY must hold the key to change to.")
        new = secret_of(settings.segmentlog_new_master_key, "SEGMENTLOG_NEW_MASTER_KEY")
    else:
        new = load_secret(None, "SEGMENTLOG_NEW_MASTER_KEY", new_file)
    # Of files that are equal, the last step was broken off: there is nothing left but to remove one.
    if new == old and settings.segmentlog_master_key:
        raise KeyFileError("The new master key is the same as the one in use.")
    EventLog.set_up(conninfo, settings.segmentlog_schema)
    log = open_log(conninfo, settings.segmentlog_schema, pool_size=1, master=MasterKey(old))
    try:
        try:
            log.personal_keys.check()
        except PersonalKeyError:
            if log.personal_keys.fingerprint() != MasterKey(new).fingerprint:
                raise
        done = log.personal_keys.rotate(MasterKey(new), progress)
    finally:
        log.close()
    if not settings.segmentlog_master_key:
        replace_secret(file, new)
        new_file.unlink()
    return done

-- No table keeps who or what is gone: the events of deletions do. They are few, and are looked for in a long log.
CREATE INDEX log_events_deletions ON log_events (topic, notification_id)
    WHERE topic IN ('contact.deleted.1', 'interactions.deleted.1');

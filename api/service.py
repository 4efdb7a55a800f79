"""The service put together: one event log, its read models, and the use cases on both."""

from __future__ import annotations

import gc
from contextlib import AbstractContextManager, ExitStack
from functools import cache

from api.entry import Entry, EntrySettings
from api.keys import ApiKeys
from application.auditing import Auditing, ProofSettings
from application.campaigns import Campaigns
from application.contacts import Contacts
from application.deleting import Deleting
from application.delivering import Delivering
from application.delivery_worker import DeliveryWorker
from application.documents import Documents
from application.entry_letters import EntryLetters
from application.erasing import Erasing
from application.event_log import open_log, read_models
from application.explanations import Explanations
from application.history import History
from application.interactions import Interactions
from application.journal import Journal
from application.letter_files import LetterFiles
from application.letters import Letters
from application.logging_segments import LoggingSegments
from application.mailing_groups import MailingGroups
from application.papers import Papers
from application.planning_deliveries import Planner
from application.recording import Recording
from application.records import Records
from application.resending import Resending
from application.scrubbing import Scrubbing
from application.segments import Segments
from application.selecting import Selecting
from application.single_interactions import SingleInteractions
from application.tasks import Tasks
from application.told_history import ToldHistory
from application.verifying import Verifying
from application.what_if import Trying
from correspondence.mail_server import MailSettings
from correspondence.outbox import Outbox
from eventstore.log import EventLog
from eventstore.notices import Notices
from eventstore.personal_keys import DESTROYED, MasterKey
from eventstore.verify import Progress, Verification
from projections import building, reporting
from projections.read_models import ReadModels
from projections.runner import Runner

YOUNG_OBJECTS = 50_000
"""So many new objects there may be before the collector looks for rings among them; a batch makes fewer."""


class Service:
    """Everything that a door needs. `set_up` once per start, then `open`, then `close`."""

    def __init__(
        self,
        conninfo: str,
        schema: str,
        proving: ProofSettings | None = None,
        master: MasterKey | None = None,
        entry: EntrySettings | None = None,
        mail: MailSettings | None = None,
    ) -> None:
        self.conninfo, self.schema = conninfo, schema
        self._has_master_key = master is not None
        self.log = open_log(conninfo, schema, pool_size=20, master=master)
        self.watch = Notices(conninfo)
        self._opened = ExitStack()
        self.keys = ApiKeys(conninfo, schema)
        self.entry = Entry(self.keys, entry)
        models = read_models(self.log)
        self.read_models = ReadModels(conninfo, schema, models, self.log.notices, pool_size=20)
        journal = Journal(self.log)
        self.journal = journal
        self.records = Records(journal, self.read_models)
        self.contacts = Contacts(journal, self.read_models, self.records)
        self.erasing = Erasing(journal, self.read_models)
        self.scrubbing = Scrubbing(self.log, models)
        self.segments = Segments(journal, self.read_models, self.records, self.contacts)
        self.documents = Documents(journal, self.records, self.segments)
        self.selecting = Selecting(journal, self.read_models, self.records, self.segments)
        self.logging = LoggingSegments(journal, self.read_models, self.records, self.segments, self.selecting)
        self.interactions = Interactions(journal, self.read_models)
        single = SingleInteractions(journal, self.read_models, self.records, self.contacts)
        self.single_interactions = single
        self.deleting = Deleting(self.records)
        self.campaigns = Campaigns(journal, self.read_models, self.records)
        self.recording = Recording(self.read_models, self.records, self.contacts, self.segments, single)
        self.papers = Papers(journal, self.read_models, self.records, self.segments, single)
        self.tasks = Tasks(journal, self.read_models, self.records, self.contacts, self.segments)
        self.mailing_groups = MailingGroups(journal, self.read_models, self.records, self.segments)
        self.history = History(journal, self.segments)
        self.explanations = Explanations(journal, self.read_models, self.segments)
        self.told = ToldHistory(self.log, self.read_models)
        self.trying = Trying(self.segments, self.selecting, self.explanations.past)
        self.letters = Letters(journal, self.read_models, self.segments, self.explanations.past)
        self.auditing = Auditing(self.log, proving)
        self.verifying = Verifying(self._verify, self.log.position)
        self.mail = mail
        self.outbox = Outbox(conninfo, schema)
        self.entry_letters = EntryLetters(journal, self.read_models, self.letters)
        self.letter_files = LetterFiles(self.read_models, self.entry_letters)
        self.resending = Resending(journal, self.read_models, self.contacts, self.outbox, mail)
        _keep_what_is_loaded()

    def set_up(self) -> None:
        """Make or update all tables. Raises MigrationError, PersonalKeyError."""
        EventLog.set_up(self.conninfo, self.schema)
        if self._has_master_key:
            self.log.personal_keys.check()
        self.keys.set_up()
        self.outbox.set_up()
        building.clear(self.conninfo, self.schema, read_models(self.log))
        for runner in self.runners():
            runner.set_up()
            reporting.set_up(self.conninfo, self.schema, runner.model)

    def _verify(self, progress: Progress) -> Verification:
        return self.auditing.verify(progress=progress)

    def runners(self) -> list[Runner]:
        """What feeds the read models."""
        return [Runner(self.log, model) for model in read_models(self.log)]

    def delivery_worker(self) -> DeliveryWorker:
        """What sends letters and mails; the read models and the outbox must be open."""
        return DeliveryWorker(
            Planner(self.journal, self.read_models, self.outbox),
            Delivering(self.journal, self.read_models, self.entry_letters, self.outbox, self.mail),
        )

    def hearing_of_erasures(self) -> AbstractContextManager[None]:
        """Forget what was read of a contact as soon as any process erases it."""
        return self.log.notices.following(DESTROYED, lambda _: self.log.forget())

    def open(self) -> None:
        """Connect for requests."""
        self.outbox.open()
        self.keys.open()
        self.read_models.open()
        self._opened.enter_context(self.hearing_of_erasures())

    def close(self) -> None:
        """Give all connections back."""
        self.watch.close()
        self.outbox.close()
        self._opened.close()
        self.read_models.close()
        self.keys.close()
        self.log.close()


@cache
def _keep_what_is_loaded() -> None:
    """Modules and models last as long as the process: the collector need not look through them ever again.

    Nor need it look through the rows of a batch again and again: they hold no rings, and are gone soon. An
    import takes a tenth less processor time for the one, and a twentieth for the other.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)

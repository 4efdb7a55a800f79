"""Letters and mail: turning a template and a contact into a document, and sending it.

Nothing here yet. Until it is built, logging a segment refuses `send_attachments` for every line that would
have to be sent, because no line can have a document (domain rule B10.3).
"""

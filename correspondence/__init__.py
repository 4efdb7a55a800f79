"""Letters and mail: turning a template and a contact into a document, and sending it.

A Word document is read once (`reading`); the values of a letter are put together (`letter`) and filled in
(`merging`).
"""

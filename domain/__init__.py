"""The rules of segments and interactions, in pure Python: no SQL, no HTTP, no clock, no files."""

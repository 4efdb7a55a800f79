"""The use cases, one method each: load, decide, save. The only place where aggregates meet read models."""

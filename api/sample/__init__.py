"""The sample that ships with the product: made-up contacts, and the code tables they refer to."""

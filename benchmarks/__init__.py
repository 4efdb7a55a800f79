"""How fast the service is, as ratios to what PostgreSQL itself can do on the same data in the same run."""

"""The doors: HTTP, the command line, authentication, settings, and where everything is wired together."""

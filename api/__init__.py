"""The doors: HTTP, the command line, authentication, settings, and the one place where all is wired together."""

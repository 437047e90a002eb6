"""The web client and what browsers are told about it."""

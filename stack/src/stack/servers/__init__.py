"""The servers the platform stands on, one module each."""

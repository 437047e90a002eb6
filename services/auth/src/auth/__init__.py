"""Auth: people, their sessions, and the keys that prove who they are."""

"""What the services share, each thing once."""

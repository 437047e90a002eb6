"""The public contract as documents, gathered from the services."""

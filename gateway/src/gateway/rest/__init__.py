"""REST: which service an address belongs to, and how a request gets there."""

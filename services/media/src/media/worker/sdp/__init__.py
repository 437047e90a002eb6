"""Session descriptions (RFC 8866, RFC 8829) of the two connections a peer has."""

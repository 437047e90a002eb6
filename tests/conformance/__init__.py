"""Autobahn's cases for RFC 6455, run against the gateway's end of a WebSocket."""

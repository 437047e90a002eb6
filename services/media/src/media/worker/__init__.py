"""The media worker: forwards what peers send to those who want it, without decoding it."""

"""Notify: what people want to hear of, kept until they have read it."""

"""Breaks the running platform on purpose and checks what it promises (README.md)."""

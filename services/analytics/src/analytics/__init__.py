"""Analytics: every fact without personal data, and what can be counted from it."""

"""Scan a whole organization: whose accounts, one account as the unit of work, all of them together."""

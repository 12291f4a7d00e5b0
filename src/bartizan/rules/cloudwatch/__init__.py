"""Checks of Amazon CloudWatch: who is told of what, and whether alarms reach anybody."""

"""Checks of AWS Identity and Access Management."""

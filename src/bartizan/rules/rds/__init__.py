"""Checks of Amazon RDS, Aurora, DocumentDB and Neptune."""

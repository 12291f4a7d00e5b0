"""The checks and their fixes, one module per service."""

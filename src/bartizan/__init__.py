"""Bartizan secures AWS accounts: it reads them into a typed model, judges the model, and explains what it found."""

__version__ = "0.1.0"

"""Edits of code that somebody wrote: what is to change is changed, and every other character stays."""

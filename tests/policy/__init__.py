"""Tests of policies; a package of its own, since a bench has the same name."""

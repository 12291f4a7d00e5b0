"""Harden an account: plan the changes that put right what fails, apply them, undo them, with a journal of each call."""

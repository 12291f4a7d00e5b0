"""The baseline of a user: what they answered, the code that comes of it, and how an account compares with it."""

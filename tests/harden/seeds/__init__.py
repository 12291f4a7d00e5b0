"""What fails the rules that have a fix, one module per service."""

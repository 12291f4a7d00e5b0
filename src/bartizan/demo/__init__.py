"""The demo: a simulated company account, made insecure on purpose, scanned as if it were AWS."""

"""How resources are written as infrastructure code, one module per service."""

"""What a user can do, one module per thing; wires the adapters by passing arguments."""

"""The engine: gathers rules, judges resources, selects and counts. Pure."""

"""The adapter to AWS: sessions, calls within limits, and the collection of resources. Only this room knows botocore."""

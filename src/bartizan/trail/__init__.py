"""The past of an account: CloudTrail's events as actions of principals on resources. Pure; files are the store's."""

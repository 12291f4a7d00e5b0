"""Writers of reports: the result of a scan as text, JSON, CSV and HTML."""

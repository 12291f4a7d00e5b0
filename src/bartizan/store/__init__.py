"""Resources and findings as typed tables, in memory and in files. Needs the extra ``store``."""

"""The command line, thin: reads arguments, calls ``app``, prints."""

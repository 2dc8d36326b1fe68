"""The errors whose cause lies outside minimtl: one sentence that a person can act on."""


class MinimtlError(Exception):
    """A failure with a remedy. The message names the file, the row and what to do; exit code 1."""


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C, after everything finished was stored. The message says what continues."""


class UsageError(MinimtlError):
    """The command line asks for something that cannot be; exit code 2."""

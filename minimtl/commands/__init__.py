"""One module a sub-command: ``add_arguments(parser)`` and ``run(args) -> int``.

Nothing is computed here. May import: every package.
"""

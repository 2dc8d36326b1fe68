"""What people see of each command, frozen: see ``tests/frozen/test_frozen.py``."""

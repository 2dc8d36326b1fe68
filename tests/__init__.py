"""The test suite; helpers are imported as ``tests.…`` from the root of the checkout."""

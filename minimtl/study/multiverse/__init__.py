"""One study conducted in many ways: which choices of a protocol its gains depend on."""

"""Made-up law and made-up stays, for tests."""

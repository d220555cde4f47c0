"""Tidy file names: lower case, words joined by dashes."""

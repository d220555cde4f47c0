"""Untrusted text: parsing it, measuring it, and making it safe to show."""

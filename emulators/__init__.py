"""Local stand-ins for the services that Autocoder uses: the whole platform on one machine.

Never deployed, never imported by the product: the app reaches them only over HTTP(S). What each one
covers, and from which documentation, is in `COVERAGE.md`.
"""

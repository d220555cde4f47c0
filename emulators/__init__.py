"""Local emulators of the services that Autocoder uses: the whole platform on one machine.

They are never deployed or imported by the product: the app reaches them only over HTTP(S). `COVERAGE.md` says
what each one covers, and which documentation it follows.
"""

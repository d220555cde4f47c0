"""The local platform: starts the emulators and Azurite, fills them with a sample project, and stops them."""

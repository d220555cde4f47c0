"""The whole platform as one: starts the emulators and Azurite, fills them with a sample, and ends them."""

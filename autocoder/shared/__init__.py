"""Code for the app and the runner. It uses only the standard library, as the runner's image has a copy."""

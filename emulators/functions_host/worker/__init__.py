"""What the Python worker does: load the app, check its functions, and invoke them."""

"""What `make demo` and `make run` take from and print to the terminal."""

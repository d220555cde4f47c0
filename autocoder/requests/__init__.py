"""Reading requests for runs from callers and service hooks, and the rules for who may make them."""

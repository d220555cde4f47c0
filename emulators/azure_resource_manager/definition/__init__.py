"""The body of a PUT: typed, and checked as the service checks it."""

"""HTTP triggers with their routes and keys, cross-origin requests, and the admin API."""

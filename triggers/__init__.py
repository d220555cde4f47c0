"""What starts, shows and ends runs: each caller's dialect becomes a `RunRequest` here."""

"""What lasts: JSON documents in SQLite, and bare Git repositories."""

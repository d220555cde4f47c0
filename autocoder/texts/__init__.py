"""Foreign text, on its way in and out."""

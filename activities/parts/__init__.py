"""Code that several activities share. Activities import it and `activity.py`, never each other."""

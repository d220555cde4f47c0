"""What several activities share. An activity imports this and `activity.py`, never another activity."""

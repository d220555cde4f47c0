"""The timer triggers: what the app does by the clock."""

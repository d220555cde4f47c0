"""Service hooks: subscriptions, and the delivery of events to web hooks."""

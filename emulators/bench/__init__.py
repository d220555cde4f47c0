"""`make bench`: what a run costs besides its agent, next to a bare script on the same platform."""

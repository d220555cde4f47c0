"""Azure DevOps: REST over httpx, pushes over Git smart HTTP."""

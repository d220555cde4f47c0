"""The extension's pages in headless Chromium, in the local Azure DevOps, against the real app."""

"""What people read: the work item's comment and the pull request's text."""

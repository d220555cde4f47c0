"""The texts for people: the work item's comment and the pull request's title and description."""

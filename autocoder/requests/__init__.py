"""From a caller's words to a RunRequest, and who may make one."""

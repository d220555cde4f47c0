"""Processes that the emulators must not leave behind: found, watched and killed.

https://man7.org/linux/man-pages/man5/proc.5.html
"""

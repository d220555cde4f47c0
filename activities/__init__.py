"""The activities: all I/O of a run. File, function and activity have the same name, a verb and a noun."""

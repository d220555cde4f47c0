"""Timer triggers and the NCRONTAB schedules they run on."""

"""`make bench`: measures what runs cost and how long they take, compared with a bare script and with aims."""

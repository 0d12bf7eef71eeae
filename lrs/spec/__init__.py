"""xAPI Data, as code: no I/O, no clock, no ids made here."""

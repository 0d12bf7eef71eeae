"""cmi5, "Quartz" 1st Edition: what the LMS demands of content, and what it says itself. Pure."""

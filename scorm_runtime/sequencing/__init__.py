"""SCORM 2004 Sequencing and Navigation, 4th Edition (SN), as pure functions named by the standard's own process numbers."""

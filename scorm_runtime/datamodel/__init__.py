"""The SCORM run-time data models as tables, their interpreter, and the standards' rules about their values."""

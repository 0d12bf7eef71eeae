"""Rollbook: a Learning Record Store and content runtime. `rollbook.app` puts the parts together, `rollbook.cli` runs them."""

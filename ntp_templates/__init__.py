"""Natron project templates: one folder each."""

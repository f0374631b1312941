"""The Natron project as a document."""

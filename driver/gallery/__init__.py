"""Pictures of our own that show the templates: a drawn scene, and the sheets made of it."""

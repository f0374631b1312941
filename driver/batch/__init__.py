"""Batches: one template, many rows, each row a project and its picture."""

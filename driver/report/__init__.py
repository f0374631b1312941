"""What a run proves: checks, provenance, the review page."""

"""The stock nodes; one file a node or family, each exporting NODE."""

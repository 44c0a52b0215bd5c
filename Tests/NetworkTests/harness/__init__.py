"""Three real nodes in network namespaces of their own, joined by links that are as bad as asked for."""

"""How StopSO is run: the operators' command, the images and the manifests."""

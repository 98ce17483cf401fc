"""What intake does about each thing that wakes it, one transaction each."""

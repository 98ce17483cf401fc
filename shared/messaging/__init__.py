"""The messaging kernel: nothing lost, every effect once, order per key, failure visible, fast because it batches."""

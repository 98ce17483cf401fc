"""What matching does about an event, a request or a moment that has come: loads, asks the domain, saves, tells."""

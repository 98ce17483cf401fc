"""All SQL of notifications: cards, timeline, changes, deliveries, endpoints, and in demonstrations the caught mails."""

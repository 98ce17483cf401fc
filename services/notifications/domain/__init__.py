"""The rules of telling people: pure functions from facts to what is shown, sent, tried again or refused."""

"""Who is called outside: the solver library. Offers reach therapists through the notifications service."""

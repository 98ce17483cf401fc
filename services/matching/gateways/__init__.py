"""Who is called outside: the solver library, and a process apart for strangers' files. Letters go by events."""

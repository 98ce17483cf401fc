"""Who is called outside: the mail server, funders' endpoints, the services' own health; and the mail catcher of demonstrations."""

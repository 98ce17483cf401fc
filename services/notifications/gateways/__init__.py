"""Who is called outside: mail server, funders' endpoints, the services' health; and the catcher of demonstrations."""

"""What requests and answers are made of: bodies, headers, cookies, redirects, codings. Sends nothing."""

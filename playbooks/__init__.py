"""The site's hosts: from bare machines to a configured site, by Ansible."""

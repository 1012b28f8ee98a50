"""What in a text tells who somebody is: by its form, as a name, in words. Finds; decides no pseudonym."""

"""What is concluded from what happened: objectives, validity, recovery, ending early. Pure."""

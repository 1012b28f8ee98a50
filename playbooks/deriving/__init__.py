"""Variables of roles that follow from the site and what is deployed on it: one pure module a role."""

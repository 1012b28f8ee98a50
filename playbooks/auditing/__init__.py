"""`hosts audit`: what a site's hosts show of themselves, judged and mapped to controls. Changes nothing."""

"""What every room stands on: errors, documents, units, secrets, SLO grammar, verdict, receipts, report page."""

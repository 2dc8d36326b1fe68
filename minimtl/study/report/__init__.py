"""What people look at of a study: tables, figures, report.md and the page."""

"""What people look at: figures, tables as text, and the page."""

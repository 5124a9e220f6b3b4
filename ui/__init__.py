"""The browser page over a backend; it knows the backend's protocol only."""

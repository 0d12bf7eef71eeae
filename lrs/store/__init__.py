"""What lies in MongoDB, and how it is read and written."""

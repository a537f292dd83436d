"""What owners keep: records in a database, bytes in the blob store."""

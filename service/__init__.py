"""What every process reaches out to: settings, the broker and the jobs in it, the store of bytes,
the models on the disk, the log. What processes say to each other is `contracts`."""

"""Media: files, checked, made safe and kept in an object store."""

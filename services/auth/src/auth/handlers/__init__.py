"""Load, decide, save: one function for each thing auth can be asked to do."""

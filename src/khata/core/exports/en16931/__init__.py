"""EN 16931: an invoice or credit note as the European standard's semantic model, and in XML."""

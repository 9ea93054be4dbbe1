"""GSTR-1, the return of what was sold: finished documents become the file for the portal."""

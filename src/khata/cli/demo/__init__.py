"""`khata demo`: a business lives through 18 months before your eyes, then it is served."""

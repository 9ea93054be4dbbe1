"""Tax that customers withhold: its certificates, and what never came."""

"""Tax: who is taxed where, at which rate, and what that is in minor units."""

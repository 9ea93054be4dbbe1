"""Wallets: opened, filled, spent, recharged, and what expires in them."""

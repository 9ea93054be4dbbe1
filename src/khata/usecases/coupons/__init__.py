"""Coupons: made, archived, redeemed, and taken away again."""

"""What only PayPal does, before the pretend PayPal."""

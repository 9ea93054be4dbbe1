"""khata: billing and subscriptions for many tenants, correct to the paisa."""

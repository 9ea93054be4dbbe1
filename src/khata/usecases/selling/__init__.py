"""What a tenant sells and to whom: catalogue, customers, registrations."""

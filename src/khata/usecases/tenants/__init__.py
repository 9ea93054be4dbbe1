"""A business and its people: sign-up, sign-in, policies, the test clock."""

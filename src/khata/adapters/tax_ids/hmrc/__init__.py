"""HMRC: the register of VAT numbers of the United Kingdom."""

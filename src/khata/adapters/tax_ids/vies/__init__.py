"""VIES: the register of VAT ids of the European Union."""

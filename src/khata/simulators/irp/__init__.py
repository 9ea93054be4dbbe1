"""A pretend invoice registration portal: it checks as NIC's does, signs, and remembers.

What it knows of INV-01 beyond the schema is read from the portal's documents anew, not from core.
"""

from khata.simulators.irp.portal import IrpSimulator

__all__ = ["IrpSimulator"]

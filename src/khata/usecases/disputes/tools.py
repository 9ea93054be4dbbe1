"""The tools of disputes: who is spoken with, and where files are kept."""

from dataclasses import dataclass

from khata.db.transaction import Database
from khata.ports.files import Files
from khata.ports.gateways import Gateways


@dataclass(frozen=True, slots=True)
class DisputeTools:
    db: Database
    gateways: Gateways
    files: Files

"""Vaults: AES-256-GCM under a key that comes of the installation's secret key."""

from khata.adapters.vault.aes_gcm import AesVault

__all__ = ["AesVault"]

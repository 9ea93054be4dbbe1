"""The server's own settings: small by default, closed to everyone without a password."""

from pathlib import Path

LONGEST_SOCKET_PATH = 100  # the kernels' limit is 104 to 108 bytes

AUTHENTICATION = """\
# TYPE  DATABASE  USER  ADDRESS       METHOD
local   all       all                 scram-sha-256
host    all       all   127.0.0.1/32  scram-sha-256
"""

FAST_AND_FORGETFUL = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""

KEPT_LOGS = """\
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
"""


def configuration(*, port: int, sockets: Path, durable: bool) -> str:
    """Return the text of postgresql.conf.

    `durable=False` is for tests: a power cut may then lose or spoil the whole database.
    """
    # A path that is too long for the kernel means no socket; TCP on the loopback remains.
    socket_folder = sockets if len(f"{sockets}/.s.PGSQL.65535") <= LONGEST_SOCKET_PATH else ""
    return f"""\
# Written by khata at every start; changes belong in postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
max_wal_size = 2GB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
log_min_messages = warning
{KEPT_LOGS if durable else FAST_AND_FORGETFUL}"""

"""A mailer for when no mail server is set: letters are kept, and go nowhere."""

from khata.adapters.mail.envelope import message_of
from khata.ports.mailer import Letter


class KeptOnly:
    """Keeps the latest letters in memory; satisfies `khata.ports.mailer.Mailer`."""

    def __init__(self, limit: int = 1_000) -> None:
        self.letters: list[Letter] = []
        self._limit = limit

    def send(self, letter: Letter) -> None:
        """Keep the letter. Raises: MailRejected, for what no server could take either."""
        message_of(letter)
        self.letters.append(letter)
        del self.letters[: -self._limit]

"""Who sits the gateways' exam."""

from collections.abc import Callable, Iterator

from khata.db.embedded.provision import Urls
from tests.contracts.candidates import fake, paypal, razorpay, stripe
from tests.contracts.candidates.candidate import Candidate

CANDIDATES: dict[str, Callable[[Urls], Iterator[Candidate]]] = {
    "fake": fake.open_candidate,
    "paypal": paypal.open_candidate,
    "razorpay": razorpay.open_candidate,
    "razorpay_decoupled": razorpay.open_decoupled,
    "stripe": stripe.open_candidate,
}

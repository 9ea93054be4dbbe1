// Asks whether the payment has arrived, and goes on when it has. Without scripts the page reloads.
"use strict";

function watch(place) {
  const every = Number(place.dataset.every);
  async function ask() {
    try {
      const answer = await fetch(place.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
      const told = await answer.json();
      if (answer.ok && (told.status !== "open" || told.declined)) {
        location.replace(place.dataset.then);
        return;
      }
    } catch {
      // The line is down for a moment: it is asked again.
    }
    setTimeout(ask, every);
  }
  setTimeout(ask, every);
}

for (const place of document.querySelectorAll("[data-poll]")) watch(place);

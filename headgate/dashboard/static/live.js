// Shows what changed while something runs: the parts of this page that are marked as live are asked for again.
(() => {
  const parts = () => document.querySelectorAll("[data-live]");
  if (!parts().length || !window.EventSource) return;
  let asking = false, again = false;

  async function renew() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) {
          const found = page.getElementById(part.id);
          // Nothing is taken from under the reader's hands.
          if (found && found.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceWith(found);
        }
      }
    } catch { /* the next change asks again */ }
    asking = false;
    if (again) { again = false; renew(); }
  }

  const source = new EventSource("/live");
  source.addEventListener("changed", renew);
  window.addEventListener("pagehide", () => source.close());
})();

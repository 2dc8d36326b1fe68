// Sorts, filters and counts the entries, opens the one that the address names, and reads out the
// marks of stretched charts. Without it the list is there, in the page's own order.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const list = at("entries");
  const noun = list.dataset.noun;
  const inputs = ["search", "choice", "kind", "above", "below"].map(at).filter(Boolean);
  const value = (id) => (at(id) ? at(id).value : "");
  const buttons = [...document.querySelectorAll("#controls button")];
  const marks = new Map([...document.querySelectorAll(".marks a")].map((mark) => [mark.getAttribute("href").slice(1), mark]));
  const entries = [...list.children].map((element) => {
    const cells = [...element.firstElementChild.children];
    const values = cells.map((cell) => (cell.dataset.value ? +cell.dataset.value : cell.lastChild.data));
    const words = values.filter((_, place) => buttons[place].dataset.kind === "words");
    return {
      element, values,
      kind: element.dataset.kind,
      mark: marks.get(element.querySelector(".inside").id),
      text: words.join(" ").toLowerCase(),
    };
  });
  const chosen = buttons.findIndex((button) => button.dataset.kind === "choice");
  let sorted = "";

  function filter() {
    const words = value("search").toLowerCase().split(/\s+/);
    const [choice, kind, above, below] = ["choice", "kind", "above", "below"].map(value);
    let shown = 0;
    for (const entry of entries) {
      const measure = entry.values.at(-1);
      const fits = (!choice || entry.values[chosen] === choice) && (!kind || entry.kind === kind)
        && (above === "" || measure > +above) && (below === "" || measure < +below)
        && words.every((word) => entry.text.includes(word));
      entry.element.hidden = !fits;
      if (entry.mark) entry.mark.classList.toggle("off", !fits);
      shown += fits;
    }
    at("status").textContent = `${shown} of ${entries.length} ${noun}${entries.length === 1 ? "" : "s"}${sorted}`;
  }

  function sortBy(place) {
    const button = buttons[place];
    const numeric = button.dataset.kind === "number";
    // The first click gives what is looked for first: the largest number, the letter A.
    const order = button.dataset.order || (numeric ? "up" : "down");
    const down = order === "up";
    for (const other of buttons) {
      delete other.dataset.order;
      other.removeAttribute("aria-pressed");
    }
    button.dataset.order = down ? "down" : "up";
    button.setAttribute("aria-pressed", "true");
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    entries.sort((a, b) => (down ? -1 : 1) * compare(a.values[place], b.values[place]));
    list.append(...entries.map((entry) => entry.element));
    const end = numeric ? (down ? "largest" : "smallest") : down ? "Z" : "A";
    sorted = `, sorted by ${button.textContent}, ${end} first`;
    filter();
  }

  // Opens the entry that the address names, even if a filter hides it.
  function openNamed() {
    const inside = location.hash && at(location.hash.slice(1));
    if (!inside || !inside.classList.contains("inside")) return;
    const details = inside.parentElement;
    if (details.hidden) {
      for (const input of inputs) input.value = "";
      filter();
    }
    details.open = true;
    details.firstElementChild.focus({ preventScroll: true });
    details.firstElementChild.scrollIntoView();
  }

  // A picture is one stop of the tab key; arrows go through its marks, Enter opens the entry.
  function readOut(picture) {
    const all = [...picture.querySelectorAll("a")];
    let current = -1;
    function show(number) {
      if (current >= 0) all[current].classList.remove("at");
      current = Math.max(0, Math.min(all.length - 1, number));
      all[current].classList.add("at");
      readout.textContent = all[current].firstElementChild.textContent;
    }
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
    picture.setAttribute("tabindex", "0");
    picture.addEventListener("keydown", (event) => {
      if (event.key in steps) show(current + steps[event.key]);
      else if (event.key === "Enter" && current >= 0) location.hash = all[current].getAttribute("href");
      else return;
      event.preventDefault();
    });
    picture.addEventListener("pointerover", (event) => {
      const mark = event.target.closest("a");
      if (mark) show(all.indexOf(mark));
    });
  }

  const readout = document.createElement("p");
  readout.id = "readout";
  readout.setAttribute("role", "status");
  for (const input of inputs) input.addEventListener("input", filter);
  buttons.forEach((button, place) => button.addEventListener("click", () => sortBy(place)));
  const pictures = [...document.querySelectorAll(".marks")];
  for (const picture of pictures) readOut(picture);
  if (pictures.length) pictures.at(-1).parentElement.after(readout);
  readout.textContent = "Point at a mark, or move through the marks with the arrow keys.";
  window.addEventListener("hashchange", openNamed);
  // Whoever prints wants the tables; they fold again afterwards.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.long:not([open])")];
    for (const table of folded) table.open = true;
  });
  window.addEventListener("afterprint", () => { for (const table of folded) table.open = false; });
  // The head of the list becomes buttons; on paper it stays.
  at("head").classList.add("print");
  at("controls").hidden = false;
  filter();
  openNamed();
})();

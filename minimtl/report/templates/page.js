// Sorts, filters and counts the pairs, opens the one that the address names, and reads out the
// marks of the picture. Without it the list is there, in the page's own order.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const list = at("pairs");
  const inputs = ["search", "problem", "kind", "above", "below"].map(at).filter(Boolean);
  const value = (id) => (at(id) ? at(id).value : "");
  const buttons = [...document.querySelectorAll("#controls button")];
  const marks = new Map([...document.querySelectorAll(".marks a")].map((mark) => [mark.getAttribute("href").slice(1), mark]));
  const pairs = [...list.children].map((element) => {
    const name = (part) => element.querySelector(part).lastChild.data;
    const { single, multi, gain, kind, problem } = element.dataset;
    const names = { problem, main: name(".main"), aux: name(".aux") };
    return {
      element, kind,
      mark: marks.get(element.querySelector(".inside").id),
      text: (names.main + " " + names.aux).toLowerCase(),
      ...names, single: +single, multi: +multi, gain: +gain,
    };
  });
  let sorted = "";

  function filter() {
    const words = value("search").toLowerCase().split(/\s+/);
    const [problem, kind, above, below] = ["problem", "kind", "above", "below"].map(value);
    let shown = 0;
    for (const pair of pairs) {
      const fits = (!problem || pair.problem === problem) && (!kind || pair.kind === kind)
        && (above === "" || pair.gain > +above) && (below === "" || pair.gain < +below)
        && words.every((word) => pair.text.includes(word));
      pair.element.hidden = !fits;
      pair.mark.classList.toggle("off", !fits);
      shown += fits;
    }
    at("status").textContent = `${shown} of ${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}${sorted}`;
  }

  function sortBy(button) {
    const key = button.dataset.key;
    const numeric = typeof pairs[0][key] === "number";
    // The first click gives what is looked for first: the largest number, the letter A.
    const order = button.dataset.order || (numeric ? "up" : "down");
    const down = order === "up";
    for (const other of buttons) {
      delete other.dataset.order;
      other.removeAttribute("aria-pressed");
    }
    button.dataset.order = down ? "down" : "up";
    button.setAttribute("aria-pressed", "true");
    const compare = (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);
    pairs.sort((a, b) => (down ? compare(b, a) : compare(a, b)));
    list.append(...pairs.map((pair) => pair.element));
    const end = numeric ? (down ? "largest" : "smallest") : down ? "Z" : "A";
    sorted = `, sorted by ${button.textContent}, ${end} first`;
    filter();
  }

  // Opens the pair that the address names, even if a filter hides it.
  function openNamed() {
    const inside = marks.has(location.hash.slice(1)) && at(location.hash.slice(1));
    if (!inside) return;
    const details = inside.parentElement;
    if (details.hidden) {
      for (const input of inputs) input.value = "";
      filter();
    }
    details.open = true;
    details.firstElementChild.focus({ preventScroll: true });
    details.firstElementChild.scrollIntoView();
  }

  // A picture is one stop of the tab key; arrows go through its marks, Enter opens the pair.
  function readOut(picture) {
    const all = [...picture.querySelectorAll("a")];
    let current = -1;
    function show(number) {
      if (current >= 0) all[current].classList.remove("at");
      current = Math.max(0, Math.min(all.length - 1, number));
      all[current].classList.add("at");
      at("readout").textContent = all[current].firstElementChild.textContent;
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

  for (const input of inputs) input.addEventListener("input", filter);
  for (const button of buttons) button.addEventListener("click", () => sortBy(button));
  for (const picture of document.querySelectorAll(".marks")) readOut(picture);
  at("readout").hidden = false;
  at("readout").textContent = "Point at a mark, or move through the marks with the arrow keys.";
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

// Sorts, searches and counts the pairs. Without it the list is there, in the page's own order.
"use strict";
(() => {
  const list = document.getElementById("pairs");
  const search = document.getElementById("search");
  const problem = document.getElementById("problem");
  const buttons = [...document.querySelectorAll("#controls button")];
  const pairs = [...list.children].map((element) => {
    const name = (part) => element.querySelector(part).lastChild.data;
    const { single, multi, gain } = element.dataset;
    const names = { problem: element.dataset.problem, main: name(".main"), aux: name(".aux") };
    return {
      element,
      text: (names.main + " " + names.aux).toLowerCase(),
      ...names, single: +single, multi: +multi, gain: +gain,
    };
  });
  let sorted = "";

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/);
    const chosen = problem ? problem.value : "";
    let shown = 0;
    for (const pair of pairs) {
      const fits = (!chosen || pair.problem === chosen) && words.every((w) => pair.text.includes(w));
      pair.element.hidden = !fits;
      shown += fits;
    }
    document.getElementById("status").textContent = `${shown} of ${pairs.length} pairs${sorted}`;
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

  search.addEventListener("input", filter);
  if (problem) problem.addEventListener("change", filter);
  for (const button of buttons) button.addEventListener("click", () => sortBy(button));
  // The head of the list becomes buttons; on paper it stays.
  document.getElementById("head").classList.add("print");
  document.getElementById("controls").hidden = false;
  filter();
})();

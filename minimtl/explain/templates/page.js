"use strict";
// Shows other numbers of this page than those that are written on it; computes none of them.
(() => {
  const at = (id) => document.getElementById(id);
  const numbers = JSON.parse(at("numbers").textContent);
  const minus = (text) => text.replaceAll("-", "−");
  const digits = (value) => minus(String(Number(value.toPrecision(7))));
  const small = (value) => minus(value === 0 ? "0" : value.toExponential(1));
  const fixed = (value, n) => minus(value.toFixed(n));

  function showDeferred() {
    const n = numbers.deferred;
    const word = +at("word").value, s = +at("last").value, gap = +at("gap").value;
    const K = n.gaps[gap], moves = n.moves[word][s][gap], own = n.words[word];
    at("gap-value").textContent = K;
    at("moves-of").textContent =
      `“${own.word}”, m = ${digits(own.m)}, r = ${digits(own.r)}, step ${n.steps[s]}, K = ${K}`;
    [...at("moves").tBodies[0].rows].forEach((row, i) => {
      const [, divisions, move, error, largest] = row.cells;
      divisions.textContent = i || K + 1;
      move.textContent = digits(moves[i][0]);
      error.textContent = i ? small(moves[i][1]) : "–";
      largest.textContent = i ? small(n.errors[s][gap][i - 1]) : "–";
    });
    const bars = n.bars[word][s], top = Math.max(...bars.map(Math.abs));
    at("bars").setAttribute("d", bars.slice(0, K + 1)
      .map((b, k) => `M${k} 30h.8v${(-30 * Math.abs(b) / top).toFixed(2)}h-.8z`).join(""));
  }

  function showMask() {
    const n = numbers.dropout, step = +at("mask-step").value, rate = +at("rate").value;
    at("mask-step-value").textContent = step + 1;
    at("mask-says").textContent = `Step ${step + 1}, rate ${n.rates[rate]}: `
      + `${fixed(100 * n.kept[step][rate], 1)} % of the units stay; the loss is ${fixed(n.losses[step][rate], 5)}, `
      + `and ${fixed(n.without[step], 5)} without dropout.`;
    let d = "";
    n.masks[step][rate].forEach((row, y) => {
      for (let x = 0; x < n.width; x += 1) {
        if (parseInt(row[x >> 2], 16) >> (3 - x % 4) & 1) d += `M${x} ${y}h1v1h-1z`;
      }
    });
    at("mask").setAttribute("d", d);
  }

  function showFold() {
    const design = numbers.folds[+at("design").value], fold = at("fold");
    fold.max = design.folds.length - 1;
    const number = Math.min(+fold.value, design.folds.length - 1), states = design.folds[number];
    at("fold-value").textContent = number + 1;
    const count = (letters) => [...states].filter((state) => letters.includes(state)).length;
    at("fold-says").textContent = `${design.name}, fold ${number + 1}: ${count("t")} pairs train, `
      + `${count("max")} are tested, ${count("m")} of these with their main task in training as a main task; `
      + `accuracy ${fixed(design.by_fold[number], 2)} in this fold, ${fixed(design.accuracy, 3)} over all.`;
    [...at("pairs").children].forEach((cell, i) => {
      cell.className = states[i] === "." ? "cell" : `cell ${states[i]}`;
      cell.textContent = states[i] === "." ? "·" : states[i];
    });
  }

  function showDocuments() {
    const i = +at("documents").value, point = numbers.documents[i];
    at("documents-value").textContent = point.documents;
    const gain = point.multi - point.single;
    at("documents-say").textContent = `With ${point.documents} posts a class: alone `
      + `${fixed(point.single, 3)}, jointly ${fixed(point.multi, 3)}, a mean gain of ${fixed(gain, 3)}.`;
    numbers.documents.forEach((_, j) => at(`documents-${j}`).classList.toggle("chosen", i === j));
  }

  const controls = [
    [["word", "last", "gap"], showDeferred],
    [["mask-step", "rate"], showMask],
    [["design", "fold"], showFold],
    [["documents"], showDocuments],
  ];
  for (const [ids, show] of controls) {
    for (const id of ids) at(id).addEventListener("input", show);
    show();
  }
  for (const block of document.querySelectorAll(".controls")) block.hidden = false;
  // Whoever prints wants the answers and the further lines; they fold again afterwards.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
})();

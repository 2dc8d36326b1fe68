"use strict";
// Shows what is chosen, and the answers to whoever prints.
for (const move of document.querySelectorAll(".move")) {
  const controls = move.querySelector(".controls");
  controls.addEventListener("input", () => {
    const choice = [...controls.querySelectorAll("select")].map((one) => one.value).join(" ");
    const chosen = move.querySelector(`template[data-choice="${choice}"]`);
    move.querySelector(".shown").replaceChildren(chosen.content.cloneNode(true));
  });
  controls.hidden = false;
}
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});

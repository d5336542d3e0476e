"use strict";
const box = document.getElementById("find");
const count = document.getElementById("count");
const cards = Array.from(document.querySelectorAll("[data-find]"), (card) => ({
  card,
  text: card.textContent.toLowerCase().replace(/\s+/g, " "),
}));
const sections = Array.from(document.querySelectorAll("main > section"));

function find() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { card, text } of cards) {
    const fits = words.every((word) => text.includes(word));
    card.hidden = !fits;
    found += fits ? 1 : 0;
  }
  for (const section of sections) {
    section.hidden = words.length > 0 && !section.querySelector("[data-find]:not([hidden])");
  }
  count.textContent = words.length ? `${found} of ${cards.length} entries` : "";
}

function openAll(open) {
  for (const each of document.querySelectorAll("details")) each.open = open;
}

box.addEventListener("input", find);
document.getElementById("open").addEventListener("click", () => openAll(true));
document.getElementById("close").addEventListener("click", () => openAll(false));
document.getElementById("print").addEventListener("click", () => window.print());
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape" && document.activeElement === box) {
    box.value = "";
    find();
  }
});

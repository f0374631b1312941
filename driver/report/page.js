// The slider uncovers the picture below it.
for (const compare of document.querySelectorAll(".compare")) {
  const slider = compare.querySelector("input");
  slider.addEventListener("input", () => {
    compare.querySelector(".before").style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    compare.querySelector(".handle").style.left = `${slider.value}%`;
  });
}

// One frame at a time.
for (const button of document.querySelectorAll("#frames button")) {
  button.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-view]")) {
      const chosen = other.dataset.view === button.dataset.view;
      if (other === button || other.tagName === "BUTTON") other.classList.toggle("on", chosen);
      else other.hidden = !chosen;
    }
  });
}

// Layers switch on and off; the stack shows what is left.
for (const box of document.querySelectorAll("#layers input")) {
  box.addEventListener("change", () => {
    document.querySelector(`.stack [data-layer="${box.dataset.layer}"]`).hidden = !box.checked;
  });
}

// The provenance map of any frame.
const maps_slider = document.querySelector("#maps input");
maps_slider.addEventListener("input", () => {
  const map = maps[maps_slider.value];
  document.querySelector("#maps img").src = map.uri;
  document.querySelector("#maps output").textContent = map.frame;
});

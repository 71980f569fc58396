// On a television nothing scrolls: what does not fit its tile is taken out and counted in the last item, `+3`.

export function fit(root) {
  for (const list of root.querySelectorAll("[data-fit]")) {
    const more = list.querySelector(":scope > .more"), items = [...list.children].filter((item) => item !== more);
    for (const item of items) item.hidden = false;
    tell(more, 0);
    if (fits(list)) continue;
    let shown = items.length;
    while (shown > 0 && !fits(list)) { items[--shown].hidden = true; tell(more, items.length - shown); }
  }
}

function tell(more, hidden) {
  const count = Number(more.dataset.rest) + hidden;
  more.hidden = count === 0;
  more.textContent = `+${count}`;
}

function fits(list) {
  const last = [...list.children].filter((item) => !item.hidden).at(-1);
  if (!last) return true;
  if (list.dataset.fit === "across") return list.scrollWidth <= list.clientWidth + 1;
  const tile = list.closest(".tile"), within = tile.getBoundingClientRect().bottom - parseFloat(getComputedStyle(tile).paddingBottom);
  return last.getBoundingClientRect().bottom <= within + 1;
}

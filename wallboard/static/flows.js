// IVR now: callers in the flows, on the flows' own pictures. The picture is the server's (`hotline draw`), fetched once for
// each version; what goes on is written onto it: callers in each step, and how often each line was taken today. Beside it
// stands the same as a table. A step opens to the journeys that went through it.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { hrefOf } from "./figures.js";
import { flowWordsOf } from "./flows-words.js";
import { time, whole } from "./format.js";
import { ours } from "./root.js";

const EACH_MS = 2000, AFTER_FAILURE_MS = 5000, TIMEOUT_MS = 10_000, FLOWS_EACH_MS = 30_000;

export function flowsView({ onChange }) {
  let listed = null, listedAt = -Infinity, now = null, problem = null, asking = false, dueAt = 0;
  const pictures = new Map(); // by version and flow: the picture, or null while it is under way

  async function get(path) {
    const response = await fetch(ours(path), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.code ?? "no_answer");
    return response;
  }

  async function look() {
    if (asking || performance.now() < dueAt) return;
    asking = true;
    try {
      if (performance.now() - listedAt > FLOWS_EACH_MS) { listed = await (await get("api/v1/flows")).json(); listedAt = performance.now(); }
      now = await (await get("api/v1/flows/now")).json();
      problem = null;
    } catch (wrong) {
      problem = wrong.message === "store_unavailable" ? wrong.message : "no_answer";
    }
    asking = false;
    dueAt = performance.now() + (problem === null ? EACH_MS : AFTER_FAILURE_MS);
    onChange();
  }

  // The picture comes without a style of its own: its colours are the page's (flows.css).
  async function fetchPicture(key, name) {
    pictures.set(key, null);
    try {
      const text = await (await get(`api/v1/flows/${encodeURIComponent(name)}/picture.svg`)).text();
      const found = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
      const [, , width, height] = found.getAttribute("viewBox").split(" ").map(Number);
      found.removeAttribute("width");
      found.removeAttribute("height");
      for (const head of found.querySelectorAll("marker")) for (const [attribute, value] of [["markerUnits", "userSpaceOnUse"], ["markerWidth", 9], ["markerHeight", 9]]) head.setAttribute(attribute, value); // as large on a thick line
      found.style.minWidth = `${width * 0.8}px`; // smaller it could not be read: then it is scrolled
      found.style.maxWidth = `${width * 1.15}px`;
      found.style.aspectRatio = `${width} / ${height}`;
      found.setAttribute("role", "group");
      found.querySelector(":scope > title")?.remove();
      pictures.set(key, found);
    } catch {
      setTimeout(() => pictures.delete(key), AFTER_FAILURE_MS);
    }
    onChange();
  }

  return {
    view(view, { state, words, linkTo }) {
      const said = flowWordsOf(words);
      look();
      if (listed === null || now === null) return html`<section class="panel" aria-label=${said.title}>${problem === null ? html`<p class="dim" role="status">${words.loading}</p>` : trouble(words)}</section>`;
      const flow = listed.flows.find(({ name }) => name === view.flow) ?? listed.flows[0];
      if (!flow) return html`<section class="panel" aria-label=${said.title}><p class="empty">${said.none}</p></section>`;
      const key = `${listed.version} ${flow.name}`, picture = pictures.get(key);
      if (picture === undefined) fetchPicture(key, flow.name);
      const seen = seenOf(flow, now);
      if (picture) paint(picture, seen, said, words);
      const here = now.callers.filter((one) => one.flow === flow.name && !seen.steps.has(one.step));
      return html`${problem === null ? nothing : trouble(words)}<div class="flow-columns">
        <section class="panel flows" aria-label=${said.title}>
          <h2>${said.title}<span class="n" role="status">${words.callers(state.calls.size)}</span>${now.elsewhere ? html`<span>${said.elsewhere(whole(now.elsewhere, words))}</span>` : nothing}</h2>
          <nav aria-label=${said.flows}>${listed.flows.map(({ name }) => { const count = callersIn(now, name); return html`<a href=${linkTo({ view: "ivr", flow: name })} aria-current=${name === flow.name ? "page" : "false"}>${name}${count ? html` <b class="n">${whole(count, words)}</b>` : nothing}</a>`; })}</nav>
          <p class="faint">${said.as_of(time(now.ways_at, words, state.timeZone, { hour: "2-digit", minute: "2-digit" }))} · ${said.busiest}</p>
          <div class="scroll flow-picture" data-flow-shown=${flow.name}>${picture ?? html`<p class="dim" role="status">${words.loading}</p>`}</div></section>
        <section class="panel" aria-label=${said.steps}><h2>${said.steps}<span class="name">${flow.name}</span></h2><div class="scroll"><table class="figures steps"><thead><tr><th scope="col">${said.step}</th><th scope="col">${said.verb}</th><th scope="col">${said.now}</th><th scope="col">${said.passed}</th><th scope="col">${said.left}</th></tr></thead>
          <tbody>${repeat(flow.steps, ({ name }) => name, ({ name, verb }) => row(flow.name, name, verb, seen.steps.get(name), words))}${here.map((one) => row(one.flow, one.step, said.other, { now: one.callers, passed: 0, left: 0 }, words))}</tbody></table></div></section></div>`;
    },
  };

  function trouble(words) { return html`<p class="problem" role="alert">${words.problems[problem] ?? words.problems.other}</p>`; }
}

function callersIn(now, flow) { return now.callers.reduce((sum, one) => sum + (one.flow === flow ? one.callers : 0), 0); }

function row(flow, step, verb, { now, passed, left }, words) {
  return html`<tr data-step=${step}><th scope="row"><a href=${hrefOf("step", `${flow}/${step}`)}>${step}</a></th><td class="dim">${verb}</td><td class="n ${now ? "some" : ""}">${whole(now, words)}</td><td class="n">${whole(passed, words)}</td><td class="n">${whole(left, words)}</td></tr>`;
}

// What is known of each step and each line of a flow. Pure.
export function seenOf(flow, now) {
  const steps = new Map(flow.steps.map(({ name }) => [name, { now: 0, passed: 0, left: 0 }])), lines = new Map();
  for (const one of now.callers) if (one.flow === flow.name && steps.has(one.step)) steps.get(one.step).now += one.callers;
  for (const way of now.ways) {
    const step = way.flow === flow.name ? steps.get(way.step) : undefined;
    if (!step) continue;
    step.passed += way.times;
    if (way.to === null) step.left += way.times;
    else lines.set(`${way.step}\n${way.to}`, (lines.get(`${way.step}\n${way.to}`) ?? 0) + way.times);
  }
  return { steps, lines, most: Math.max(1, ...lines.values()) };
}

// --- onto the picture ------------------------------------------------------------------------------------------------

function made(parent, kind, name) {
  const found = parent.querySelector(`:scope > .${name}`);
  if (found) return found;
  const fresh = document.createElementNS(parent.namespaceURI, kind);
  fresh.setAttribute("class", name);
  return parent.appendChild(fresh);
}

function put(element, attributes) { for (const [name, value] of Object.entries(attributes)) if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value); }

function paint(picture, seen, said, words) {
  picture.setAttribute("aria-label", picture.dataset.flow);
  for (const node of picture.querySelectorAll("g.node[data-step]")) {
    const known = seen.steps.get(node.dataset.step);
    if (!known) continue;
    const told = `${node.dataset.step}: ${said.callers(whole(known.now, words))}, ${said.times(whole(known.passed, words))}`;
    node.querySelector(":scope > a")?.setAttribute("aria-label", told);
    node.dataset.callers = known.now;
    const [x, y] = cornerOf(node), badge = made(node, "g", "badge"), text = whole(known.now, words), wide = 14 + 8 * text.length;
    put(badge, { transform: `translate(${x} ${y})`, "aria-hidden": "true" });
    put(made(badge, "rect", "pill"), { x: -wide / 2, y: -10, width: wide, height: 20, rx: 10 });
    const number = made(badge, "text", "number");
    put(number, { x: 0, y: 4.5 });
    if (number.textContent !== text) number.textContent = text;
  }
  for (const line of picture.querySelectorAll("g.edge[data-from]")) {
    const times = seen.lines.get(`${line.dataset.from}\n${line.dataset.to}`) ?? 0;
    line.dataset.times = times;
    const stroke = line.querySelector(":scope > .line"), wide = times ? 1.3 + 4.2 * Math.sqrt(times / seen.most) : 1;
    stroke.style.strokeWidth = `${wide.toFixed(1)}px`;
    const at = placeOn(line, stroke), text = times ? whole(times, words) : "", number = made(line, "text", "times");
    put(number, { x: at[0], y: at[1] });
    if (number.textContent !== text) number.textContent = text;
  }
}

// The upper right corner of a step's box.
function cornerOf(node) {
  const box = node.querySelector(".box");
  if (box.tagName === "rect") return [Number(box.getAttribute("x")) + Number(box.getAttribute("width")) - 4, Number(box.getAttribute("y"))];
  const points = box.getAttribute("points").split(" ").map((point) => point.split(",").map(Number));
  return [Math.max(...points.map(([x]) => x)) - 8, Math.min(...points.map(([, y]) => y))];
}

// Where the number of a line stands: under its label, or beside its beginning where it has none.
function placeOn(line, stroke) {
  const chip = line.querySelector(":scope > .chip");
  if (chip) return [Number(chip.getAttribute("x")) + Number(chip.getAttribute("width")) / 2, Number(chip.getAttribute("y")) + Number(chip.getAttribute("height")) + 10];
  const [x, y] = /^M(-?[\d.]+),(-?[\d.]+)/.exec(stroke.getAttribute("d")).slice(1).map(Number);
  return [x + 16, y + 15];
}

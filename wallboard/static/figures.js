// The figures that can be opened: which visits each is made of, and how each visit counts in it. Pure.

// outcome: the visits asked of the API; judged: what one visit is worth in the figure, where not all are worth the same.
export const FIGURES = {
  waiting: { outcome: "waiting" },
  longest: { outcome: "waiting" },
  entered: {},
  answered: { outcome: "answered" },
  abandoned: { outcome: "abandoned", judged: (visit, rule) => (isShort(visit, rule) ? "short" : "counts") },
  asa: { outcome: "answered", judged: (visit) => (visit.wait_s === null ? "unseen" : "counts") },
  aht: { outcome: "answered", judged: (visit) => (visit.talk_s === null ? "open" : "counts"), took: (visit) => (visit.talk_s === null ? null : visit.talk_s + (visit.wrap_up_s ?? 0)) },
  service_level: { judged: (visit, rule) => inTime(visit, rule) },
  connection_rate: { judged: (visit, rule) => reached(visit, rule) },
};

function isShort(visit, rule) {
  return visit.outcome === "abandoned" && (visit.wait_s ?? 0) < rule.short_s;
}

// Answered in time ÷ (ended − short abandons): the service level as the board shows it.
function inTime(visit, rule) {
  if (visit.outcome === null) return "open";
  if (isShort(visit, rule)) return "short";
  return visit.outcome === "answered" && visit.wait_s !== null && visit.wait_s <= rule.threshold_s ? "good" : "bad";
}

// Answered ÷ (ended − short abandons): 接通率.
function reached(visit, rule) {
  if (visit.outcome === null) return "open";
  if (isShort(visit, rule)) return "short";
  return visit.outcome === "answered" ? "good" : "bad";
}

// The name of each in docs/metrics.md: the one formula it stands for.
export const METRIC_OF = { waiting: "waiting_now", longest: "longest_waiting_s", entered: "entered", answered: "answered", abandoned: "abandoned", asa: "asa_s", aht: "aht_s", service_level: "sl_negative", connection_rate: "connection_rate" };

// Of the metrics of the history (docs/metrics.md): the figure whose visits and judgement are the same.
const FIGURE_OF = { answered: "answered", abandoned: "abandoned", sl_negative: "service_level", connection_rate: "connection_rate", asa_s: "asa", aht_s: "aht", talk_s: "aht", entered: "entered" };
export const FORMULAS = new Map(); // by metric, as the history has told them

// A place on the board: "#answered/service", "#agent/1001", "#call/1795301781.1",
// "#span/BEGIN~END/sl_negative/service" for the visits of a stretch of the history, "#step/main/greet" for the journeys
// through a step; null for nothing open.
export function placeOf(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  let name;
  try { name = decodeURIComponent(rest.join("/")); } catch { return null; }
  if (Object.hasOwn(FIGURES, kind)) return { kind: "figure", figure: kind, queue: name || null };
  if (kind === "span") return spanOf(name);
  if (kind === "step") { const [flow, ...step] = name.split("/"); return step.join("/") ? { kind: "step", flow, step: step.join("/") } : null; }
  return (kind === "agent" || kind === "call") && name ? { kind, name } : null;
}

function spanOf(name) {
  const [times, metric, ...queue] = name.split("/"), [since, until] = times.split("~");
  if (!metric || Number.isNaN(Date.parse(since)) || Number.isNaN(Date.parse(until))) return null;
  return { kind: "span", since, until, metric, figure: FIGURE_OF[metric] ?? "entered", queue: queue.join("/") || null };
}

export function hrefOfSpan(since, until, metric, queue) {
  return `#span/${encodeURIComponent(`${since}~${until}/${metric}${queue ? `/${queue}` : ""}`)}`;
}

// What to ask of the API for the journeys through a step today.
export function questionOfStep(place, { after = null, limit = 50 }) {
  const question = new URLSearchParams({ flow: place.flow, step: place.step, limit: String(limit) });
  if (after) question.set("after", after);
  return question;
}

export function hrefOf(kind, name = "") {
  return `#${kind}${name ? `/${encodeURIComponent(name)}` : ""}`;
}

const A_DAY_MS = 86_400_000;

// What to ask of the API for the visits behind a place; the board counts one node, the history all.
export function questionOf(place, { node, now, after = null, limit = 50 }) {
  const question = new URLSearchParams({ limit: String(limit) });
  if (node && place.kind !== "span") question.set("node", node);
  if (place.kind === "agent") question.set("agent", place.name);
  const outcome = place.figure ? FIGURES[place.figure].outcome : undefined;
  if (outcome) question.set("outcome", outcome);
  // who waits since before midnight waits all the same; nobody waits a day
  if (place.kind === "span") { question.set("since", place.since); question.set("until", place.until); }
  else question.set("since", outcome === "waiting" ? new Date(now - A_DAY_MS).toISOString() : "today");
  if (place.queue) question.set("queue", place.queue);
  if (after) question.set("after", after);
  return question;
}

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

// A place on the board: "#answered/service", "#agent/1001", "#call/1795301781.1"; null for nothing open.
export function placeOf(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  let name;
  try { name = decodeURIComponent(rest.join("/")); } catch { return null; }
  if (Object.hasOwn(FIGURES, kind)) return { kind: "figure", figure: kind, queue: name || null };
  return (kind === "agent" || kind === "call") && name ? { kind, name } : null;
}

export function hrefOf(kind, name = "") {
  return `#${kind}${name ? `/${encodeURIComponent(name)}` : ""}`;
}

const A_DAY_MS = 86_400_000;

// What to ask of the API for the visits behind a place; the board counts one node.
export function questionOf(place, { node, now, after = null, limit = 50 }) {
  const question = new URLSearchParams({ limit: String(limit) });
  if (node) question.set("node", node);
  if (place.kind === "agent") question.set("agent", place.name);
  const outcome = place.kind === "figure" ? FIGURES[place.figure].outcome : undefined;
  if (outcome) question.set("outcome", outcome);
  // who waits since before midnight waits all the same; nobody waits a day
  question.set("since", outcome === "waiting" ? new Date(now - A_DAY_MS).toISOString() : "today");
  if (place.kind === "figure" && place.queue) question.set("queue", place.queue);
  if (after) question.set("after", after);
  return question;
}

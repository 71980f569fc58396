// What one board knows of its tiles, and when it rings. Pure: no DOM, no clock, no network.

const LEVELS = ["fine", "yellow", "red"];

// The tiles after one message of /api/v1/live: a hello has all of them, everything else those that changed.
// Each remembers from which run of the server it is (`run`), and its level in the run before (`was`).
export function hearTiles(tiles, message, board) {
  const told = message.tiles?.[board] ?? {};
  if (message.type !== "hello" && !Object.keys(told).length) return tiles;
  const heard = Object.fromEntries(Object.entries(told).map(([id, now]) => {
    const then = tiles[id], run = message.run ?? then?.run;
    return [id, { ...now, run, was: then?.run === run ? then?.was : then?.level }];
  }));
  return message.type === "hello" ? heard : { ...tiles, ...heard };
}

// The tiles that have risen to a level with a sound since the last message: to a worse one, or once more to the same
// (then `since` is another, also when the line was lost meanwhile). A fall rings nothing, nor does the first hello, nor
// what a server that was started anew found as it had been before (`found`), however long its bound then waits.
export function risen(before, after) {
  if (before === null) return [];
  return Object.keys(after).filter((id) => {
    const now = after[id], then = before[id] ?? { level: "fine", since: null }, known = Math.max(LEVELS.indexOf(then.level), now.found ? LEVELS.indexOf(now.was ?? "red") : 0);
    const step = LEVELS.indexOf(now.level) - known;
    return now.sound && (step > 0 || (step === 0 && now.since !== then.since && !now.found));
  });
}

export function worst(page, tiles) {
  return LEVELS[Math.max(0, ...page.map((tile) => LEVELS.indexOf(tiles[tile.id]?.level ?? "fine")))];
}

// Of everything the feed tells, what a board with these queues shows (null is all).
export function within(queues, state) {
  const has = (name) => queues === null || queues.includes(name);
  return {
    queues: [...state.queues.values()].filter((queue) => has(queue.name)),
    agents: [...state.agents.values()].filter((agent) => queues === null || Object.keys(agent.queues).some(has)),
  };
}

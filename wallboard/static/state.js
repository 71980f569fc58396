// What the board knows, from the messages of /api/v1/live. Pure: no DOM, no clock, no network.

export const NOTHING = { seq: null, title: {}, timeZone: "UTC", connectionTarget: null, boards: {}, version: null, node: null, standing: { truth: "lost", since: null }, overall: null, news: { notes: [], closed: [] }, queues: new Map(), agents: new Map(), calls: new Map(), alarms: { firing: [], over: [], senders: [], watched: [] } };

export class Gap extends Error {}

// The state after one message. Throws Gap when a message was missed: the only cure is to connect again.
export function hear(state, message) {
  if (message.type === "hello") {
    return {
      seq: message.seq, title: message.title, timeZone: message.time_zone, connectionTarget: message.connection_target ?? null, boards: message.board_titles ?? {}, version: message.version ?? null, node: message.node, standing: message.standing, overall: message.overall, news: message.news ?? NOTHING.news,
      queues: keyed(message.queues, "name"), agents: keyed(message.agents, "id"), calls: keyed(message.calls, "call_id"), alarms: message.alarms ?? NOTHING.alarms,
    };
  }
  if (state.seq === null || message.seq !== state.seq + 1) throw new Gap(`have ${state.seq}, got ${message.seq}`);
  const next = { ...state, seq: message.seq, standing: message.standing, alarms: message.alarms ?? state.alarms };
  if (message.type !== "change") return next;
  next.overall = message.overall;
  next.news = message.news ?? state.news;
  next.queues = merged(state.queues, message.queues, message.removed.queues, "name");
  next.agents = merged(state.agents, message.agents, message.removed.agents, "id");
  next.calls = merged(state.calls, message.calls, message.removed.calls, "call_id");
  return next;
}

function keyed(objects, key) {
  return new Map(objects.map((object) => [object[key], object]));
}

function merged(old, changed, gone, key) {
  if (!changed.length && !gone.length) return old;
  const next = new Map(old);
  for (const object of changed) next.set(object[key], object);
  for (const name of gone) next.delete(name);
  return next;
}

// The last hours and last week, asked of the server once a minute; the server asks the database once for all viewers.

import { ours } from "./root.js";

const EACH_MS = 60_000, AFTER_FAILURE_MS = 10_000, TIMEOUT_MS = 10_000;
const OLD_MS = 10 * 60_000; // older than this they are not shown at all

export function trends({ onChange, now }) {
  let told = null;

  async function ask() {
    let pause = EACH_MS;
    try {
      const response = await fetch(ours("api/v1/trends"), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(response.status);
      told = await response.json();
      onChange();
    } catch {
      pause = AFTER_FAILURE_MS;
    }
    setTimeout(ask, pause * (0.8 + Math.random() * 0.4)); // not all screens at the same moment
  }

  ask();
  // What is known of one queue (null: of all); null while it is unknown or too old.
  return {
    of(queue) { return fresh() ? (queue === null ? told.overall : told.queues[queue] ?? null) : null; },
    adherence(agent) { return fresh() ? told.agents[agent]?.adherence ?? null : null; },
    occupancy(agent) { return fresh() ? told.agents[agent]?.occupancy ?? null : null; },
    firstQuarter() { return fresh() ? told.first_quarter : null; },
    at() { return fresh() ? told.at : null; },
  };

  function fresh() { return told !== null && now() - new Date(told.at) < OLD_MS; }
}

// Which view is shown, how its agents are chosen, which past or flow it shows: kept in the address, so that it can be linked to and goes back.

const CHOICES = { view: ["overview", "agents", "history", "ivr"], group: ["none", "queue", "state"], sort: ["state", "time", "name", "occupancy", "answered"], range: ["today", "yesterday", "7d", "month", "chosen"], by: ["", "5m", "15m", "30m", "hour", "day"], against: ["none", "day", "week", "before", "chosen"] };
const TEXTS = ["state", "queue", "q", "from", "to", "since", "metrics", "flow"];

export function viewOf(search) {
  const asked = new URLSearchParams(search), view = {};
  for (const [name, values] of Object.entries(CHOICES)) view[name] = values.includes(asked.get(name)) ? asked.get(name) : values[0];
  for (const name of TEXTS) view[name] = asked.get(name) ?? "";
  return view;
}

// The address of a view; what is as usual is left out, what others put into the address (`lang`) stays.
export function addressOf(view, search) {
  const asked = new URLSearchParams(search);
  for (const [name, values] of Object.entries(CHOICES)) (view[name] ?? values[0]) === values[0] ? asked.delete(name) : asked.set(name, view[name]);
  for (const name of TEXTS) view[name] ? asked.set(name, view[name]) : asked.delete(name);
  return `?${asked}`;
}

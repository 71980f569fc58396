// A week of messages, one a second, into what the page keeps; evaluated in Chromium by test_week_open.py.
async () => {
  const { hear, NOTHING } = await import("/static/state.js"), { hearTiles, risen } = await import("/static/wall-state.js");
  const queue = (n, i) => ({ name: `q${n}`, titles: {}, waiting: [{ visit_id: `gz-1/${i}/1`, entered_at: i }], today: { answered: i } });
  const agent = (n, i) => ({ id: `${1000 + n}`, name: "陈美玲", state: i % 2 ? "available" : "ringing", since: i, queues: { q1: 0 } });
  const none = { queues: [], agents: [], calls: [] };
  let seq = 0, tiles = {}, rings = 0, state = hear(NOTHING, {
    type: "hello", seq, title: {}, time_zone: "UTC", node: "gz-1", standing: {}, overall: {}, calls: [],
    queues: [...Array(20).keys()].map((n) => queue(n, 0)), agents: [...Array(60).keys()].map((n) => agent(n, 0)),
  });
  const told = (i) => ({ floor: { "1.1": { value: i % 12, level: i % 12 > 6 ? "red" : "fine", since: i % 12 > 6 ? i - (i % 12) : null, sound: i % 12 > 6 } } });
  const second = (i) => {
    const message = i % 3 ? { type: "pulse", seq: ++seq, at: i, standing: {}, tiles: told(i) } : {
      type: "change", seq: ++seq, at: i, standing: {}, overall: {}, tiles: told(i), queues: [queue(i % 20, i)], agents: [agent(i % 60, i)],
      calls: [{ call_id: `c${i}`, since: i }], removed: { ...none, calls: [`c${i - 30}`] },
    };
    state = hear(state, message);
    const after = hearTiles(tiles, message, "floor");
    rings += risen(tiles, after).length;
    tiles = after;
  };
  const day = 86400, sizes = [];
  for (let i = 1; i <= 7 * day; i++) {
    second(i);
    if (i % day === 0) {
      gc();
      sizes.push([performance.memory.usedJSHeapSize, state.queues.size, state.agents.size, state.calls.size, Object.keys(tiles).length]);
    }
  }
  return { sizes, rings };
}

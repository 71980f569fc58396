// The WebSocket that never gives up: connects, hands on messages, connects again after a loss, a gap, or a sleep.

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const SILENCE_MS = 4000; // pulses come each second: four missed ones are a dead line, whatever the browser thinks of it

export function link({ onMessage, onLost }) {
  let socket = null, pause = FIRST_PAUSE_MS, heardAt = 0, timer = null;

  function connect() {
    timer = null;
    const address = new URL("/api/v1/live", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(address);
    heardAt = performance.now();
    socket.onmessage = (event) => {
      heardAt = performance.now();
      pause = FIRST_PAUSE_MS;
      try {
        onMessage(JSON.parse(event.data));
      } catch (wrong) {
        console.warn("starting anew:", wrong.message);
        again();
      }
    };
    socket.onclose = again;
    socket.onerror = again;
  }

  function again() {
    if (timer !== null) return;
    if (socket) { socket.onclose = socket.onerror = socket.onmessage = null; socket.close(); socket = null; }
    onLost();
    timer = setTimeout(connect, pause * (0.5 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }

  setInterval(() => { if (socket && performance.now() - heardAt > SILENCE_MS) again(); }, 1000);
  addEventListener("online", () => { if (timer !== null) { clearTimeout(timer); connect(); } });
  connect();
}

// The WebSocket that never gives up: connects, hands on messages, connects again after a loss, a gap, or a sleep.

import { ours } from "./root.js";
import { leaveIfSignedOut } from "./who.js";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const SILENCE_MS = 4000; // pulses come each second: four missed ones are a dead line, whatever the browser thinks of it
const LOOK_MS = 1000;

export function link({ onMessage, onLost }) {
  let socket = null, pause = FIRST_PAUSE_MS, heardAt = 0, lookedAt = Date.now(), timer = null;

  function connect() {
    clearTimeout(timer);
    timer = null;
    const address = new URL(ours("api/v1/live"));
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(address);
    heardAt = performance.now();
    socket.onmessage = (event) => {
      heardAt = performance.now();
      if (document.hidden) lookedAt = Date.now(); // out of sight timers are called once a minute: that is no sleep
      try {
        onMessage(JSON.parse(event.data));
        pause = FIRST_PAUSE_MS; // not sooner: what cannot be shown would be asked for without a pause
      } catch (wrong) {
        console.warn("starting anew:", wrong.message);
        again();
      }
    };
    socket.onclose = socket.onerror = () => { again(); leaveIfSignedOut(); };
  }

  function drop() {
    if (!socket) return;
    socket.onclose = socket.onerror = socket.onmessage = null;
    socket.close();
    socket = null;
  }

  function again() {
    if (timer !== null) return;
    drop();
    timer = setTimeout(connect, pause * (0.5 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    onLost(); // last: whatever goes wrong in it, the line is made again
  }

  // Not from where we stopped but at once and from a whole new picture: nobody knows what was missed meanwhile.
  function atOnce() { drop(); connect(); onLost(); }

  // A machine that slept wakes with a line that looks open and is not, and its monotonic clock may have slept as well:
  // the other one tells, even where it is wrong.
  setInterval(() => {
    const slept = Date.now() - lookedAt > SILENCE_MS + LOOK_MS;
    lookedAt = Date.now();
    if (socket && performance.now() - heardAt > SILENCE_MS) again();
    else if (slept) atOnce();
  }, LOOK_MS);
  addEventListener("offline", again);
  addEventListener("online", atOnce);
  document.addEventListener("resume", atOnce); // the browser froze the page, and let it go on
  addEventListener("pageshow", (event) => { if (event.persisted) atOnce(); });
  connect();
}

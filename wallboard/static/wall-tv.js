// A screen nobody touches: it stays awake, and rings. Each is done where the browser can, and done without where not.

export function stayAwake() {
  const ask = () => { if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => { /* refused: the screen's own settings count */ }); };
  document.addEventListener("visibilitychange", ask);
  ask();
}

let audio = null;

// Two soft tones, a fifth apart. A page that nobody has touched stays silent unless the browser was started to allow it.
export function ring() {
  try {
    audio ??= new AudioContext();
    [[0, 660], [0.22, 990]].forEach(([after, pitch]) => {
      const tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.3, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.6);
    });
  } catch (wrong) {
    console.warn("no sound:", wrong.message);
  }
}

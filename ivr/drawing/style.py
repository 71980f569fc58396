"""How a picture looks: colours for light, dark and paper, and what each kind of box and line is."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
svg { --ground: #fff; --ink: #1b1f24; --soft: #57606a; --line: #6e7781; --edge: #8c959f; --bad: #b35900;
  --none: #cf222e;
  --ask: #ddf4ff; --say: #f6f8fa; --choose: #fff8c5; --look: #fbefff; --hand: #dafbe1; --keep: #ffeff7; --sub: #e7edf3;
  --set: #f6f8fa; --end: #ffebe9; --start: #1b1f24;
  background: var(--ground); font: 12px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --line: #9aa4af; --edge: #6e7681; --bad: #f0a05a;
    --none: #ff7b72; --ask: #0b3a5e; --say: #21262d; --choose: #4a3d05; --look: #3b1f56; --hand: #0f3d22;
    --keep: #54213c;
    --sub: #2b3440; --set: #21262d; --end: #5a1e1b; --start: #e6edf3; }
}
@media print {
  svg { --ground: #fff; --ink: #000; --soft: #333; --line: #333; --edge: #333; --bad: #000; --none: #000; --start: #000;
    --ask: #fff; --say: #fff; --choose: #fff; --look: #fff; --hand: #fff; --keep: #fff; --sub: #fff; --set: #fff;
    --end: #fff; }
}
.ground { fill: var(--ground); }
.box { stroke: var(--edge); stroke-width: 1.2; }
a:hover .box, a:focus .box, .node:target .box { stroke: var(--ink); stroke-width: 2.4; }
.inner { fill: none; stroke: var(--edge); }
.ask .box { fill: var(--ask); }
.say .box { fill: var(--say); }
.choose .box { fill: var(--choose); }
.look .box { fill: var(--look); }
.hand .box { fill: var(--hand); }
.keep .box { fill: var(--keep); }
.sub .box { fill: var(--sub); }
.set .box { fill: var(--set); }
.end .box { fill: var(--end); stroke-width: 2.2; }
.start .box { fill: var(--start); stroke: none; }
.jump .box { fill: none; stroke-dasharray: 3 3; }
text { fill: var(--ink); text-anchor: middle; }
.name { font-weight: 600; }
.what { fill: var(--soft); }
.words { fill: var(--soft); font-style: italic; }
.start text { fill: var(--ground); }
.line { fill: none; stroke: var(--line); stroke-width: 1.3; }
.head { fill: var(--line); }
.back .line { stroke-dasharray: 5 4; }
.chip { fill: var(--ground); }
.label { font-size: 11px; }
.label.wrong { fill: var(--bad); }
.untaken .line { stroke: var(--none); stroke-width: 2; }
.label.untaken { fill: var(--none); font-weight: 600; }
""".strip()

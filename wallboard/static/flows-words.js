// What the view of the flows says beside the words of the page.

const WORDS = {
  "zh-Hans": { title: "语音流程", flows: "流程", now: "现在", passed: "今日经过", left: "在此结束", step: "步骤", verb: "动作", steps: "步骤一览", today: "今日经过", callers: (n) => `${n} 位来电`, times: (n) => `今日 ${n} 次`, elsewhere: (n) => `另有 ${n} 位所在步骤不详`, other: "不在此图的步骤（旧版本）", as_of: (time) => `线上数字：今日经过次数，截至 ${time}`, began: "开始", dialled: "被叫", last: "最后步骤", inside: "在流程中", none: "还没有流程", busiest: "线越粗，走过的越多", to: "去向" },
  "zh-Hant": { title: "語音流程", flows: "流程", now: "現在", passed: "今日經過", left: "在此結束", step: "步驟", verb: "動作", steps: "步驟一覽", today: "今日經過", callers: (n) => `${n} 位來電`, times: (n) => `今日 ${n} 次`, elsewhere: (n) => `另有 ${n} 位所在步驟不詳`, other: "不在此圖的步驟（舊版本）", as_of: (time) => `線上數字：今日經過次數，截至 ${time}`, began: "開始", dialled: "被叫", last: "最後步驟", inside: "在流程中", none: "還沒有流程", busiest: "線越粗，走過的越多", to: "去向" },
  en: { title: "IVR now", flows: "Flows", now: "now", passed: "today", left: "ended here", step: "Step", verb: "does", steps: "Steps", today: "today", callers: (n) => `${n} ${n === 1 ? "caller" : "callers"} now`, times: (n) => `${n} times today`, elsewhere: (n) => `${n} more, whose step is not known`, other: "Steps that are not in the picture (older versions)", as_of: (time) => `Numbers on lines: how often today, as of ${time}`, began: "Began", dialled: "Dialled", last: "Last step", inside: "in the flow", none: "No flows yet", busiest: "the thicker a line, the more went that way", to: "to" },
};

export function flowWordsOf(words) {
  return WORDS[words.locale === "en-GB" ? "en" : words.locale === "zh-HK" ? "zh-Hant" : "zh-Hans"];
}

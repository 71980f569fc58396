// What the board says, in the languages it can be switched to. Numbers and times follow the language by Intl.

export const LANGUAGES = { "zh-Hans": "简", "zh-Hant": "繁", en: "EN" };

const WORDS = {
  "zh-Hans": {
    locale: "zh-CN", hotline: "zh-CN",
    all_queues: "全部队列 · 今日", theme: "明暗", language: "语言",
    live: "实时 · 数据完整", catching_up: "正在补齐今日数据", blind: "看不到交换机", lost: "与桥接服务失去联系", never: "尚未连上桥接服务",
    since: (time) => `自 ${time}`,
    explain_blind: "下面的数字不是实时的：桥接服务连不上 Asterisk。", explain_lost: "下面的数字不是实时的：看板收不到桥接服务的消息。",
    explain_catching_up: "桥接服务刚连上交换机，正在补齐。", explain_never: "桥接服务启动后，看板会自己连上。",
    waiting: "排队中", longest: "最长等待", longest_today: "今日最长等待", connection_rate: "接通率", service_level: "服务水平", asa: "平均接听速度", asa_short: "平均接听", abandoned: "放弃",
    answered: "接听", entered: "进入", available: "坐席空闲", of_agents: (n) => `/ ${n}`, nobody_waits: "无人排队", no_queues: "还没有队列",
    no_agents: "还没有坐席", seconds: "秒", target: "目标", within: (s) => `${s} 秒内接听`, short: (n) => `其中 ${n} 个短放弃`,
    talking: "通话", queues_title: "队列", agents_title: "坐席", calls_title: "语音导航中", callers: (n) => `${n} 位来电`, nobody_calls: "没有来电",
    states: { available: "空闲", ringing: "振铃", on_queue_call: "通话", on_other_call: "其他通话", on_hold: "保持", wrap_up: "整理", paused: "小休", signed_off: "离线", unreachable: "不可达" },
    taken: (n, m) => `已接 ${n} · 漏接 ${m}`, node: "节点", formula: "服务水平 = 时限内接听 ÷（结束的排队 − 短放弃）", updated: (s) => `更新于 ${s} 秒前`,
    vip: "贵宾", position: (n) => `第 ${n} 位`,
  },
  "zh-Hant": {
    locale: "zh-HK", hotline: "yue-HK",
    all_queues: "全部隊列 · 今日", theme: "明暗", language: "語言",
    live: "即時 · 資料完整", catching_up: "正在補齊今日資料", blind: "看不到交換機", lost: "與橋接服務失去聯絡", never: "尚未連上橋接服務",
    since: (time) => `自 ${time}`,
    explain_blind: "下面的數字並非即時：橋接服務連不上 Asterisk。", explain_lost: "下面的數字並非即時：看板收不到橋接服務的訊息。",
    explain_catching_up: "橋接服務剛連上交換機，正在補齊。", explain_never: "橋接服務啟動後，看板會自己連上。",
    waiting: "輪候中", longest: "最長等候", longest_today: "今日最長等候", connection_rate: "接通率", service_level: "服務水平", asa: "平均接聽速度", asa_short: "平均接聽", abandoned: "放棄",
    answered: "接聽", entered: "進入", available: "專員空閒", of_agents: (n) => `/ ${n}`, nobody_waits: "無人輪候", no_queues: "還沒有隊列",
    no_agents: "還沒有專員", seconds: "秒", target: "目標", within: (s) => `${s} 秒內接聽`, short: (n) => `其中 ${n} 個短放棄`,
    talking: "通話", queues_title: "隊列", agents_title: "專員", calls_title: "語音導航中", callers: (n) => `${n} 位來電`, nobody_calls: "沒有來電",
    states: { available: "空閒", ringing: "響鈴", on_queue_call: "通話", on_other_call: "其他通話", on_hold: "保留", wrap_up: "整理", paused: "小休", signed_off: "離線", unreachable: "不可達" },
    taken: (n, m) => `已接 ${n} · 漏接 ${m}`, node: "節點", formula: "服務水平 = 時限內接聽 ÷（結束的輪候 − 短放棄）", updated: (s) => `更新於 ${s} 秒前`,
    vip: "貴賓", position: (n) => `第 ${n} 位`,
  },
  en: {
    locale: "en-GB", hotline: "en",
    all_queues: "All queues · today", theme: "Light or dark", language: "Language",
    live: "Live · complete", catching_up: "Catching up with today", blind: "Cannot see the switch", lost: "Lost the bridge", never: "Not yet connected",
    since: (time) => `since ${time}`,
    explain_blind: "The numbers below are not live: the bridge cannot reach Asterisk.", explain_lost: "The numbers below are not live: the board hears nothing from the bridge.",
    explain_catching_up: "The bridge has just reached the switch and is counting.", explain_never: "The board connects by itself once the bridge runs.",
    waiting: "Waiting", longest: "Longest wait", longest_today: "Longest today", connection_rate: "Connection rate", service_level: "Service level", asa: "Average speed of answer", asa_short: "ASA", abandoned: "Abandoned",
    answered: "Answered", entered: "Entered", available: "Agents free", of_agents: (n) => `/ ${n}`, nobody_waits: "Nobody waits", no_queues: "No queues yet",
    no_agents: "No agents yet", seconds: "s", target: "target", within: (s) => `answered within ${s} s`, short: (n) => `${n} of them short`,
    talking: "talking", queues_title: "Queues", agents_title: "Agents", calls_title: "In the menus", callers: (n) => `${n} ${n === 1 ? "caller" : "callers"}`, nobody_calls: "No callers",
    states: { available: "Free", ringing: "Ringing", on_queue_call: "Talking", on_other_call: "Other call", on_hold: "On hold", wrap_up: "Wrap-up", paused: "Paused", signed_off: "Away", unreachable: "Unreachable" },
    taken: (n, m) => `${n} taken · ${m} missed`, node: "Node", formula: "Service level = answered in time ÷ (ended − short abandons)", updated: (s) => `updated ${s} s ago`,
    vip: "VIP", position: (n) => `position ${n}`,
  },
};

// A state is told by colour, by shape and by word: any one of them is enough.
export const SHAPES = { available: "○", ringing: "◔", on_queue_call: "●", on_other_call: "◉", on_hold: "◫", wrap_up: "◑", paused: "❙❙", signed_off: "–", unreachable: "✕" };

export function wordsOf(language) {
  return WORDS[language] ?? WORDS["zh-Hans"];
}

export function preferredLanguage(saved, browser) {
  if (saved in WORDS) return saved;
  if (/^zh-(hk|mo|tw|hant)/i.test(browser)) return "zh-Hant";
  return /^en/i.test(browser) ? "en" : "zh-Hans";
}

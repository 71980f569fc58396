// What the history view says beside the words of the page.

const WORDS = {
  "zh-Hans": {
    language: "zh-Hans", nobody: "这个时段没有人进入队列。", ahead: "这个时段还没有开始。", nobody_then: "没有人进入",
    title: "历史", range: "时段", by: "间隔", against: "对比", from: "从", to: "到", since: "对比起始日", metrics_title: "指标", exports: "导出", print: "打印版", all: "合计", time: "时间", show_all: (n) => `显示全部 ${n} 行`,
    ranges: { today: "今天", yesterday: "昨天", "7d": "近 7 天", month: "本月", chosen: "自定义" }, auto: (told) => `自动（${told}）`,
    lengths: { "5m": "5 分钟", "15m": "15 分钟", "30m": "30 分钟", hour: "1 小时", day: "1 天" },
    againsts: { none: "不对比", day: "前一天", week: "上周同日", before: "前一时段", chosen: "指定日期" }, compared: "与对比时段相比", then: "对比时段",
    as_of: (time) => `截至 ${time}`, unseen: "无人看见", unseen_at: (from, to) => `${from}–${to} 无人看见`, unseen_ends: (n) => `${n} 次结局无人看见`, running: "尚未结束", by_interval: "按时段", by_queue: "按队列", points: "点",
    keys: "左右方向键逐个时段移动，回车打开这些排队", no_value: "无可评判",
    metrics: { entered: "进入", answered: "接听", abandoned: "放弃", sl_negative: "服务水平", connection_rate: "接通率", asa_s: "平均接听速度", aht_s: "平均处理时长", longest_wait_s: "最长等待", abandonment: "放弃率", average_wait_s: "平均等待", talk_s: "平均通话", hold_s: "平均保持", transfer_rate: "转接率", short_abandonment: "短放弃率" },
    problems: { R002: "时间写法不对：请写日期，例如 2026-11-21。", R004: "这个时间在改钟的那一夜不存在或出现两次。", R005: "没有这个指标。", R008: "没有这个间隔。", bad_question: "地址里有看不懂的词。", R003: "开始必须早于结束。", R006: "没有这个队列。", R010: "时段太长或间隔太短：最多 3,000 个间隔、400 天。", store_unavailable: "数据库没有回应，稍后再试。", no_answer: "看板服务没有回应，稍后再试。" },
  },
  "zh-Hant": {
    language: "zh-Hant", nobody: "這個時段沒有人進入隊列。", ahead: "這個時段還沒有開始。", nobody_then: "沒有人進入",
    title: "歷史", range: "時段", by: "間隔", against: "比較", from: "由", to: "至", since: "比較起始日", metrics_title: "指標", exports: "匯出", print: "列印版", all: "合計", time: "時間", show_all: (n) => `顯示全部 ${n} 行`,
    ranges: { today: "今日", yesterday: "昨日", "7d": "近 7 日", month: "本月", chosen: "自訂" }, auto: (told) => `自動（${told}）`,
    lengths: { "5m": "5 分鐘", "15m": "15 分鐘", "30m": "30 分鐘", hour: "1 小時", day: "1 日" },
    againsts: { none: "不比較", day: "前一日", week: "上週同日", before: "前一時段", chosen: "指定日期" }, compared: "與比較時段相比", then: "比較時段",
    as_of: (time) => `截至 ${time}`, unseen: "無人看見", unseen_at: (from, to) => `${from}–${to} 無人看見`, unseen_ends: (n) => `${n} 次結局無人看見`, running: "尚未結束", by_interval: "按時段", by_queue: "按隊列", points: "點",
    keys: "左右方向鍵逐個時段移動，Enter 開啟這些輪候", no_value: "無可評判",
    metrics: { entered: "進入", answered: "接聽", abandoned: "放棄", sl_negative: "服務水平", connection_rate: "接通率", asa_s: "平均接聽速度", aht_s: "平均處理時間", longest_wait_s: "最長等候", abandonment: "放棄率", average_wait_s: "平均等候", talk_s: "平均通話", hold_s: "平均保留", transfer_rate: "轉接率", short_abandonment: "短放棄率" },
    problems: { R002: "時間寫法不對：請寫日期，例如 2026-11-21。", R004: "這個時間在調鐘的那一夜不存在或出現兩次。", R005: "沒有這個指標。", R008: "沒有這個間隔。", bad_question: "網址裏有看不懂的詞。", R003: "開始必須早於結束。", R006: "沒有這個隊列。", R010: "時段太長或間隔太短：最多 3,000 個間隔、400 日。", store_unavailable: "資料庫沒有回應，稍後再試。", no_answer: "看板服務沒有回應，稍後再試。" },
  },
  en: {
    language: "en", nobody: "Nobody entered a queue in this range.", ahead: "This range has not begun yet.", nobody_then: "nobody entered",
    title: "History", range: "Range", by: "Interval", against: "Compare", from: "from", to: "to", since: "compared from", metrics_title: "Metrics", exports: "Export", print: "Print", all: "All", time: "Time", show_all: (n) => `Show all ${n} rows`,
    ranges: { today: "today", yesterday: "yesterday", "7d": "7 days", month: "this month", chosen: "from–to" }, auto: (told) => `automatic (${told})`,
    lengths: { "5m": "5 minutes", "15m": "15 minutes", "30m": "30 minutes", hour: "1 hour", day: "1 day" },
    againsts: { none: "nothing", day: "the day before", week: "the same day last week", before: "the range before", chosen: "a chosen day" }, compared: "against the range compared with", then: "compared",
    as_of: (time) => `as of ${time}`, unseen: "seen by nobody", unseen_at: (from, to) => `${from}–${to} seen by nobody`, unseen_ends: (n) => `${n} ${n === 1 ? "end" : "ends"} seen by nobody`, running: "not over yet", by_interval: "By interval", by_queue: "By queue", points: "points",
    keys: "Left and right arrow keys move by interval, Enter opens its visits", no_value: "nothing to judge",
    metrics: { entered: "Entered", answered: "Answered", abandoned: "Abandoned", sl_negative: "Service level", connection_rate: "Connection rate", asa_s: "Average speed of answer", aht_s: "Average handling time", longest_wait_s: "Longest wait", abandonment: "Abandonment", average_wait_s: "Average wait", talk_s: "Average talk", hold_s: "Average hold", transfer_rate: "Transfer rate", short_abandonment: "Short abandonment" },
    problems: { R003: "The range must begin before it ends.", R006: "There is no such queue.", R010: "Too long a range for this interval: at most 3,000 intervals, and 400 days.", store_unavailable: "The database does not answer; it is asked again.", no_answer: "The board's server does not answer; it is asked again." },
  },
};

export function pastWordsOf(words) {
  return WORDS[words.locale === "en-GB" ? "en" : words.locale === "zh-HK" ? "zh-Hant" : "zh-Hans"];
}

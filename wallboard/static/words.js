// What the board says, in the languages it can be switched to. Numbers and times follow the language by Intl.

export const LANGUAGES = { "zh-Hans": { short: "简", name: "简体中文" }, "zh-Hant": { short: "繁", name: "繁體中文" }, en: { short: "EN", name: "English" } };

const WORDS = {
  "zh-Hans": {
    locale: "zh-CN", hotline: "zh-CN",
    nobody_free: "无人空闲", quarters_title: "每 15 分钟", week_ago: "上周同期",
    views: "视图", boards: "看板", view_overview: "总览", view_agents: "坐席", view_history: "历史", view_ivr: "语音流程", summary: "今日概况", unheard: "本页收不到看板服务的消息", explain_unheard: "下面的数字不是实时的：这个浏览器与看板服务断开了，正在自动重连。",
    in_all_queues: "全部队列", below_target: "低于目标", too_long: (n) => `${n} 位等待超时`, aht: "平均处理时长", aht_short: "平均处理", handling: "处理", against_last_week: "最近一小时与上周同期相比",
    sparkline: (hours, sum, most) => `最近 ${hours} 小时每刻钟进入：共 ${sum}，最多 ${most}`, trends_at: (time) => `历史数据截至 ${time}`, no_trends: "暂无历史数据",
    missed: "漏接", taken_title: "已接", occupancy: "占用率", adherence: "排班遵守率", shown: (n, all) => `${n} / ${all}`, search: "按姓名、工号或原因搜索", every_queue: "全部", group_by: "分组", sort_by: "排序", state: "状态", no_match: "没有符合条件的坐席", no_queue: "不属于任何队列",
    groups: { none: "不分组", queue: "队列", state: "状态" }, sorts: { state: "状态", time: "时长", name: "姓名", occupancy: "占用率", answered: "已接" },
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
    close: "关闭", again: "重试", loading: "读取中…", more: "更多", no_visits: "没有", call: "来电", caller: "主叫", queue: "队列", wait: "等待", agent: "坐席", outcome: "结果", entered_at: "进入", counted: "是否计入", withheld: "号码未显示",
    outcomes: { waiting: "等待中", answered: "接听", abandoned: "放弃", timed_out: "超时", left_by_key: "按键离开", join_empty: "无坐席，未能进入", leave_empty: "坐席全部离开", full: "队列已满", withdrawn: "被移出", incompatible: "编码不兼容", failed: "出错", unknown_after_gap: "不详（中断期间）" },
    transfers: { blind: "直接转接", attended: "咨询转接" }, rings: { answered: "接起", no_answer: "无应答", busy: "忙", cancelled: "已取消", refused: "拒接" },
    parts: { flow: "流程", queue: "队列", agent: "坐席", left: "留下" },
    worth: { good: "计入，达标", bad: "计入，未达标", short: "短放弃，不计入", open: "尚未结束", unseen: "等待时间不详", counts: "计入" },
    marks: { service_level: "✓ 时限内接听　✗ 未达标　– 短放弃，不计入　… 尚未结束", connection_rate: "✓ 接听　✗ 未接通　– 短放弃，不计入　… 尚未结束", abandoned: "– 短放弃：计入放弃数，不计入比率", asa: "? 等待时间不详，不计入", aht: "… 通话尚未结束，不计入" },
    problems: { store_unavailable: "数据库没有回应，稍后再试。", unknown_call: "没有这通来电。", no_answer: "看板服务没有回应，稍后再试。", other: "现在无法显示。" },
    define: { aht: "平均处理时长 =（通话，含保持 + 整理）的总和 ÷ 已结束的通话数。取自历史数据，最多迟一分钟。", waiting: "此刻在队列中等待、尚未有坐席接听的来电。", longest: "此刻等待者中等得最久的时间。", entered: "今天进入队列的次数，含在门口被拒的。", answered: "今天进入、由坐席接起的次数，通话是否结束均计。", abandoned: "今天进入、在接听前自己挂断的次数。", asa: "平均接听速度 = 已接听者的等待总和 ÷ 接听数（等待时间不详的不计）。", service_level: "服务水平 = 时限内接听 ÷（结束的排队 − 短放弃）。未能及时服务的一律算未达标。", connection_rate: "接通率 = 接听 ÷（结束的排队 − 短放弃）。" },
    moments: {
      began: (f) => `流程 ${f.flow} 开始`, step: (f) => `${f.flow}.${f.step}：${f.outcome}${f.to_step ? ` → ${f.to_step}` : ""}`, finished: (f) => `流程 ${f.flow} 结束：${f.outcome}`,
      entered: (f) => `进入 ${f.queue}${f.position ? `，第 ${f.position} 位` : ""}`, rung: (f) => `${f.agent} 振铃（第 ${f.ordinal} 次）`, rang: (f) => `${f.agent}：${f.ring}`,
      answered: (f) => `${f.agent_name || f.agent} 接听${f.wait ? `，等待 ${f.wait}` : ""}`, over: (f) => `${f.queue} 结束：${f.ending}${f.talk ? `，通话 ${f.talk}` : ""}${f.handed ? `，${f.handed} ${f.transferred_to ?? ""}` : ""}`,
      voicemail: (f) => `在 ${f.box} 留言 ${f.seconds} 秒`, recording: (f) => `在 ${f.step} 录音 ${f.seconds} 秒`, survey: (f) => `满意度：${f.survey}`, callback: (f) => `要求回拨 ${f.number}`, ticket: (f) => `工单：${f.kind}（${f.colour}）`,
    },
  },
  "zh-Hant": {
    locale: "zh-HK", hotline: "yue-HK",
    nobody_free: "無人空閒", quarters_title: "每 15 分鐘", week_ago: "上週同期",
    views: "檢視", boards: "看板", view_overview: "總覽", view_agents: "專員", view_history: "歷史", view_ivr: "語音流程", summary: "今日概況", unheard: "本頁收不到看板服務的訊息", explain_unheard: "下面的數字並非即時：這個瀏覽器與看板服務斷開了，正在自動重連。",
    in_all_queues: "全部隊列", below_target: "低於目標", too_long: (n) => `${n} 位等候逾時`, aht: "平均處理時間", aht_short: "平均處理", handling: "處理", against_last_week: "最近一小時與上週同期相比",
    sparkline: (hours, sum, most) => `最近 ${hours} 小時每刻鐘進入：共 ${sum}，最多 ${most}`, trends_at: (time) => `歷史資料截至 ${time}`, no_trends: "暫無歷史資料",
    missed: "漏接", taken_title: "已接", occupancy: "佔用率", adherence: "排班遵守率", shown: (n, all) => `${n} / ${all}`, search: "按姓名、編號或原因搜尋", every_queue: "全部", group_by: "分組", sort_by: "排序", state: "狀態", no_match: "沒有符合條件的專員", no_queue: "不屬於任何隊列",
    groups: { none: "不分組", queue: "隊列", state: "狀態" }, sorts: { state: "狀態", time: "時間", name: "姓名", occupancy: "佔用率", answered: "已接" },
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
    close: "關閉", again: "重試", loading: "讀取中…", more: "更多", no_visits: "沒有", call: "來電", caller: "主叫", queue: "隊列", wait: "等候", agent: "專員", outcome: "結果", entered_at: "進入", counted: "是否計入", withheld: "號碼未顯示",
    outcomes: { waiting: "等候中", answered: "接聽", abandoned: "放棄", timed_out: "逾時", left_by_key: "按鍵離開", join_empty: "無專員，未能進入", leave_empty: "專員全部離開", full: "隊列已滿", withdrawn: "被移出", incompatible: "編碼不相容", failed: "出錯", unknown_after_gap: "不詳（中斷期間）" },
    transfers: { blind: "直接轉接", attended: "諮詢轉接" }, rings: { answered: "接起", no_answer: "無應答", busy: "忙", cancelled: "已取消", refused: "拒接" },
    parts: { flow: "流程", queue: "隊列", agent: "專員", left: "留下" },
    worth: { good: "計入，達標", bad: "計入，未達標", short: "短放棄，不計入", open: "尚未結束", unseen: "等候時間不詳", counts: "計入" },
    marks: { service_level: "✓ 時限內接聽　✗ 未達標　– 短放棄，不計入　… 尚未結束", connection_rate: "✓ 接聽　✗ 未接通　– 短放棄，不計入　… 尚未結束", abandoned: "– 短放棄：計入放棄數，不計入比率", asa: "? 等候時間不詳，不計入", aht: "… 通話尚未結束，不計入" },
    problems: { store_unavailable: "資料庫沒有回應，稍後再試。", unknown_call: "沒有這通來電。", no_answer: "看板服務沒有回應，稍後再試。", other: "現在無法顯示。" },
    define: { aht: "平均處理時間 =（通話，含保留 + 整理）的總和 ÷ 已結束的通話數。取自歷史資料，最多遲一分鐘。", waiting: "此刻在隊列中等候、尚未有專員接聽的來電。", longest: "此刻等候者中等得最久的時間。", entered: "今天進入隊列的次數，含在門口被拒的。", answered: "今天進入、由專員接起的次數，通話是否結束均計。", abandoned: "今天進入、在接聽前自己掛斷的次數。", asa: "平均接聽速度 = 已接聽者的等候總和 ÷ 接聽數（等候時間不詳的不計）。", service_level: "服務水平 = 時限內接聽 ÷（結束的輪候 − 短放棄）。未能及時服務的一律算未達標。", connection_rate: "接通率 = 接聽 ÷（結束的輪候 − 短放棄）。" },
    moments: {
      began: (f) => `流程 ${f.flow} 開始`, step: (f) => `${f.flow}.${f.step}：${f.outcome}${f.to_step ? ` → ${f.to_step}` : ""}`, finished: (f) => `流程 ${f.flow} 結束：${f.outcome}`,
      entered: (f) => `進入 ${f.queue}${f.position ? `，第 ${f.position} 位` : ""}`, rung: (f) => `${f.agent} 響鈴（第 ${f.ordinal} 次）`, rang: (f) => `${f.agent}：${f.ring}`,
      answered: (f) => `${f.agent_name || f.agent} 接聽${f.wait ? `，等候 ${f.wait}` : ""}`, over: (f) => `${f.queue} 結束：${f.ending}${f.talk ? `，通話 ${f.talk}` : ""}${f.handed ? `，${f.handed} ${f.transferred_to ?? ""}` : ""}`,
      voicemail: (f) => `在 ${f.box} 留言 ${f.seconds} 秒`, recording: (f) => `在 ${f.step} 錄音 ${f.seconds} 秒`, survey: (f) => `滿意度：${f.survey}`, callback: (f) => `要求回撥 ${f.number}`, ticket: (f) => `工單：${f.kind}（${f.colour}）`,
    },
  },
  en: {
    locale: "en-GB", hotline: "en",
    nobody_free: "nobody free", quarters_title: "Each quarter of an hour", week_ago: "a week ago",
    views: "Views", boards: "Boards", view_overview: "Overview", view_agents: "Agents", view_history: "History", view_ivr: "IVR now", summary: "Today", unheard: "Lost the board's server", explain_unheard: "The numbers below are not live: this browser has lost the board's server and keeps trying.",
    in_all_queues: "in all queues", below_target: "below target", too_long: (n) => `${n} too long`, aht: "Average handling time", aht_short: "AHT", handling: "Handling", against_last_week: "last hour against the same hour last week",
    sparkline: (hours, sum, most) => `Entered per quarter of an hour, last ${hours} hours: ${sum} in all, at most ${most}`, trends_at: (time) => `history as of ${time}`, no_trends: "no history yet",
    missed: "missed", taken_title: "taken", occupancy: "occupancy", adherence: "adherence to the plan", shown: (n, all) => `${n} of ${all}`, search: "Search name, number or reason", every_queue: "all", group_by: "Group", sort_by: "Sort", state: "State", no_match: "No agent fits", no_queue: "In no queue",
    groups: { none: "none", queue: "queue", state: "state" }, sorts: { state: "state", time: "time in state", name: "name", occupancy: "occupancy", answered: "taken" },
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
    close: "Close", again: "Try again", loading: "Reading…", more: "More", no_visits: "None", call: "Call", caller: "Caller", queue: "Queue", wait: "Wait", agent: "Agent", outcome: "Outcome", entered_at: "Entered", counted: "Whether it counts", withheld: "number withheld",
    outcomes: { waiting: "waiting", answered: "answered", abandoned: "abandoned", timed_out: "timed out", left_by_key: "left by key", join_empty: "refused: nobody serves", leave_empty: "sent out: nobody serves", full: "refused: full", withdrawn: "withdrawn", incompatible: "no common codec", failed: "failed", unknown_after_gap: "unknown (after a gap)" },
    transfers: { blind: "blind transfer", attended: "attended transfer" }, rings: { answered: "answered", no_answer: "no answer", busy: "busy", cancelled: "cancelled", refused: "refused" },
    parts: { flow: "Flow", queue: "Queue", agent: "Agent", left: "Left" },
    worth: { good: "counts, and was served", bad: "counts, and was not", short: "short abandon, does not count", open: "not over yet", unseen: "its wait was not seen", counts: "counts" },
    marks: { service_level: "✓ answered in time · ✗ not · – short abandon, not counted · … not over yet", connection_rate: "✓ answered · ✗ not · – short abandon, not counted · … not over yet", abandoned: "– short: among the abandoned, in no rate", asa: "? its wait was not seen, not counted", aht: "… the talk goes on, not counted" },
    problems: { store_unavailable: "The database does not answer; it is asked again.", unknown_call: "There is no such call.", no_answer: "The board's server does not answer; it is asked again.", other: "This cannot be shown now." },
    define: { aht: "Average handling time = sum of talk (hold included) and wrap-up ÷ talks that are over. From the history, at most a minute old.", waiting: "Callers in the line now, whom no agent has answered.", longest: "The longest that anybody now in the line has waited.", entered: "Visits that entered today, those refused at the door included.", answered: "Visits that entered today and were taken by an agent, whether or not the talk is over.", abandoned: "Visits that entered today and whose caller hung up before an answer.", asa: "Average speed of answer = sum of the waits of the answered ÷ answered, as far as the wait was seen.", service_level: "Service level = answered in time ÷ (ended − short abandons). Whoever was not served in time counts against it.", connection_rate: "Connection rate = answered ÷ (ended − short abandons)." },
    moments: {
      began: (f) => `Flow ${f.flow} began`, step: (f) => `${f.flow}.${f.step}: ${f.outcome}${f.to_step ? ` → ${f.to_step}` : ""}`, finished: (f) => `Flow ${f.flow} ended: ${f.outcome}`,
      entered: (f) => `Entered ${f.queue}${f.position ? `, position ${f.position}` : ""}`, rung: (f) => `${f.agent} is rung (attempt ${f.ordinal})`, rang: (f) => `${f.agent}: ${f.ring}`,
      answered: (f) => `${f.agent_name || f.agent} answered${f.wait ? ` after ${f.wait}` : ""}`, over: (f) => `${f.queue} is over: ${f.ending}${f.talk ? `, talk ${f.talk}` : ""}${f.handed ? `, ${f.handed} ${f.transferred_to ? `to ${f.transferred_to}` : ""}` : ""}`,
      voicemail: (f) => `Left a message of ${f.seconds} s in ${f.box}`, recording: (f) => `Said something of ${f.seconds} s at ${f.step}`, survey: (f) => `Survey: ${f.survey}`, callback: (f) => `Asked to be called back on ${f.number}`, ticket: (f) => `Ticket: ${f.kind} (${f.colour})`,
    },
  },
};

// A state is told by colour, by shape and by word: any one of them is enough.
export const SHAPES = { available: "○", ringing: "◔", on_queue_call: "●", on_other_call: "◉", on_hold: "◫", wrap_up: "◑", paused: "❙❙", signed_off: "–", unreachable: "✕" };

export function wordsOf(language) {
  return WORDS[language] ?? WORDS["zh-Hans"];
}

export function preferredLanguage(saved, browser) {
  if (saved && Object.hasOwn(WORDS, saved)) return saved;
  if (/^zh-(hk|mo|tw|hant)/i.test(browser)) return "zh-Hant";
  return /^en/i.test(browser) ? "en" : "zh-Hans";
}

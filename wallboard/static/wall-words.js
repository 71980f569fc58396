// What the boards of boards/*.yaml say beside the words of the page: names of figures, levels, views.

const WORDS = {
  "zh-Hans": {
    figures: { waiting: "排队中", longest_wait: "最长等待", expected_wait: "预计等待", entered: "进入", answered: "接听", abandoned: "放弃", connection_rate: "接通率", abandonment: "放弃率", service_level: "服务水平", service_level_asterisk: "服务水平（Asterisk）", asa: "平均接听速度", longest_today: "今日最长等待", talk_time: "平均通话", free: "空闲坐席", ringing: "振铃", talking: "通话中", wrap_up: "整理", paused: "小休", away: "离线", in_menus: "语音导航中" },
    levels: { yellow: "注意", red: "告警" }, since: (time) => `${time} 起`, view_queues: "队列", page: (n, of) => `第 ${n} 页，共 ${of} 页`, unknown: "没有这块看板", nobody: "空位",
  },
  "zh-Hant": {
    figures: { waiting: "輪候中", longest_wait: "最長等候", expected_wait: "預計等候", entered: "進入", answered: "接聽", abandoned: "放棄", connection_rate: "接通率", abandonment: "放棄率", service_level: "服務水平", service_level_asterisk: "服務水平（Asterisk）", asa: "平均接聽速度", longest_today: "今日最長等候", talk_time: "平均通話", free: "空閒專員", ringing: "響鈴", talking: "通話中", wrap_up: "整理", paused: "小休", away: "離線", in_menus: "語音導航中" },
    levels: { yellow: "注意", red: "警報" }, since: (time) => `${time} 起`, view_queues: "隊列", page: (n, of) => `第 ${n} 頁，共 ${of} 頁`, unknown: "沒有這塊看板", nobody: "空位",
  },
  en: {
    figures: { waiting: "Waiting", longest_wait: "Longest wait", expected_wait: "Expected wait", entered: "Entered", answered: "Answered", abandoned: "Abandoned", connection_rate: "Connection rate", abandonment: "Abandonment", service_level: "Service level", service_level_asterisk: "Service level (Asterisk)", asa: "Speed of answer", longest_today: "Longest today", talk_time: "Average talk", free: "Agents free", ringing: "Ringing", talking: "Talking", wrap_up: "Wrap-up", paused: "Paused", away: "Away", in_menus: "In the menus" },
    levels: { yellow: "Attention", red: "Alarm" }, since: (time) => `since ${time}`, view_queues: "Queues", page: (n, of) => `page ${n} of ${of}`, unknown: "There is no such board", nobody: "empty",
  },
};

// A level is told by colour, by shape and by word: any one of them is enough.
export const LEVEL_SHAPES = { yellow: "▲", red: "■" };

export function wallWordsOf(language) {
  return WORDS[language] ?? WORDS.en;
}

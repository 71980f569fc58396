"""What a new hotline says, in the languages that can be spoken."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"zh": ("我的热线", "人工服务"), "yue": ("我的熱線", "人工服務"), "en": ("My hotline", "Service")}
)
"""Primary language to the hotline's title and its queue's."""

CHOICES: Final[Mapping[str, str]] = MappingProxyType(
    {"zh": "普通话请按{key}。", "yue": "廣東話請按{key}。", "en": "For English, press {key}."}
)
"""How a language is offered, in itself."""

AGAIN: Final[Mapping[str, str]] = MappingProxyType(
    {"zh": "转换语言请按9，", "yue": "轉換語言請按9，", "en": " To change the language, press 9."}
)
"""The part of the main menu that leads back to the languages, where there are several."""

SENTENCES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "zh": {
            "welcome": "欢迎致电我的热线。",
            "main-menu": "查询服务时间请按1，留言请按2，{again}人工服务请按0。",
            "no-key": "您没有按键。",
            "wrong-key": "您的按键有误。",
            "our-hours": "服务时间是周一至周五上午九点到下午六点，周六上午九点到中午十二点。",
            "leave-word": "请在提示音后留言，按井号键结束。",
            "nobody-free": "对不起，目前所有坐席都在忙。请在提示音后留言，按井号键结束。",
            "closed": "现在是非服务时间。请在提示音后留言，按井号键结束。",
            "message-taken": "您的留言已收到，我们会尽快回复。",
            "goodbye": "感谢您的来电，再见。",
            "rescue": "系统正在维护，正在为您转接人工服务。",
            "rescue-busy": "对不起，目前无法接通，请稍后再拨。",
        },
        "yue": {
            "welcome": "歡迎致電我的熱線。",
            "main-menu": "查詢服務時間請按1，留言請按2，{again}搵客戶服務員請按0。",
            "no-key": "你冇按鍵。",
            "wrong-key": "你按嘅鍵唔啱。",
            "our-hours": "服務時間係星期一至五朝早九點到下晝六點，星期六朝早九點到中午十二點。",
            "leave-word": "請喺提示聲之後留言，講完按井號鍵。",
            "nobody-free": "對唔住，而家所有客戶服務員都好忙。請喺提示聲之後留言，講完按井號鍵。",
            "closed": "而家係非服務時間。請喺提示聲之後留言，講完按井號鍵。",
            "message-taken": "你嘅留言已經收到，我哋會盡快回覆。",
            "goodbye": "多謝你嘅來電，再見。",
            "rescue": "系統維修緊，而家幫你轉接客戶服務員。",
            "rescue-busy": "對唔住，而家接唔通，請遲啲再打過嚟。",
        },
        "en": {
            "welcome": "Welcome to my hotline.",
            "main-menu": "For our hours, press 1. To leave a message, press 2.{again} For a person, press 0.",
            "no-key": "You pressed no key.",
            "wrong-key": "That key is not on offer.",
            "our-hours": "We are here from Monday to Friday, nine to six, and on Saturday from nine to twelve.",
            "leave-word": "Please speak after the tone, and press hash when you are done.",
            "nobody-free": "Sorry, everybody is busy. Please speak after the tone, and press hash when you are done.",
            "closed": "We are closed now. Please speak after the tone, and press hash when you are done.",
            "message-taken": "We have your message and will call you back.",
            "goodbye": "Thank you for calling. Goodbye.",
            "rescue": "We are putting you through to a person.",
            "rescue-busy": "Sorry, we cannot be reached now. Please call again later.",
        },
    }
)
"""Primary language to message to sentence; `{again}` stands for the way back to the languages."""

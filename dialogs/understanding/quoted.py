"""What the writer wrote themselves: quoted mail, headers and signatures cut off."""

from __future__ import annotations

import re

# Each is tried on one short line at a time, so none can take long.
_QUOTE = re.compile(r"\s*(>|\|>)")
_SEPARATOR = re.compile(
    r"\s*(-{2,}|_{5,}|\*{5,}|={5,}) *"
    r"((original|forwarded|ursprüngliche|weitergeleitete|oorspronkelijk|doorgestuurd|message) ?"
    r"(message|appointment|mail|nachricht|bericht|d'origine))?"
    r"[ -]*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*\*?(from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|envoy[ée]|[àa]|objet"
    r"|enviad[oa]( el| em)?|para|asunto|assunto|data|fecha|da|inviato|a|oggetto|van|verzonden|aan|onderwerp)\*? ?: ?\S",
    re.IGNORECASE,
)
_SAYS = "(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)"
_WROTE = re.compile(
    r"\s*(on|am|le|el|il|em|op)\b.{0,200}" + _SAYS + r"(\W*|\b.{0,100}:\s*)$|.{0,120}escreveu \(.{0,80}\) ?:?\s*$",
    re.IGNORECASE,
)
_WROTE_END = re.compile(r".{0,200}" + _SAYS + r" ?:\s*$", re.IGNORECASE)
_SENT_FROM = re.compile(
    r"\s*(sent from my|sent via|get outlook for|von meinem .{1,40} gesendet|envoyé (de|depuis) mon|enviado desde mi"
    r"|enviad[oa] d[oe] meu|obter o outlook para"
    r"|inviato da(l mio)? i?phone|verzonden vanaf mijn)\b",
    re.IGNORECASE,
)
# What stands under a firm's mails is no word of whoever wrote them.
_SMALL_PRINT = re.compile(
    r"\s*(\*+ ?)?(disclaimer|confidentiality( notice)?\b|(this|the information in this) (e-?mail|message)( \w+){0,6} "
    r"(confidential|intended|privileged|attachments?)|if you (are not the intended|no longer wish|received this))",
    re.IGNORECASE,
)
# A closing on a line of its own: what follows is a name, a title, office hours.
_CLOSING = re.compile(
    r"\s*((with )?(my |our )?(best|kind|kindest|warm|warmest|many|all the)( and)?( kind| best)? "
    r"(regards|wishes|greetings|best)|best|regards|sincerely( yours)?|yours( \w+){0,2}|br|mfg|vg|lg"
    r"|(viele|liebe|beste|freundliche|mit freundlichen) grü(ß|ss)en?"
    r"|cordialement|((un|muchos|mis) )?(cordial(es)? )?(saludos?|abrazos?)( cordial(es)?)?|atentamente|cordialmente"
    r"|cordiali saluti|atenciosamente"
    r"|((met )?(vriendelijke|hartelijke|warme|lieve|beste|sportieve) )?groet(en|jes)?|mvg|grt?(js)?|hoogachtend"
    r"|((com os )?(meus )?(melhores |sinceros )?(cumprimentos|saudações)|((um |com um )?(grande |forte )?)abra[çc]os?"
    r"|abs|att\.?|atte\.?|respeitosamente|bjs|beijinhos))\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"\s*p\.? ?s\b", re.IGNORECASE)
_LINE = 400  # a longer line is prose


def own_words(text: str) -> str:
    """The text up to the first sign of somebody else's mail, without quoted lines."""
    kept: list[str] = []
    closed = False
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines):
        if len(line) < _LINE and _ends_here(line, lines, index):
            break
        closed = (closed or (bool(kept) and len(line) < 60 and bool(_CLOSING.match(line)))) and not _POSTSCRIPT.match(
            line
        )
        if not closed and not (len(line) < _LINE and _QUOTE.match(line)):
            kept.append(line)
    return "\n".join(kept).strip()


def _ends_here(line: str, lines: list[str], index: int) -> bool:
    if _SEPARATOR.match(line) and line.strip():
        return line.rstrip() == "--" or len(line.strip()) > 4
    if _WROTE.match(line) or _SENT_FROM.match(line) or (index > 0 and _SMALL_PRINT.match(line)):
        return True
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if len(following) < _LINE and line.lstrip().lower().startswith("on ") and _WROTE_END.match(following):
        return True
    return bool(_HEADER.match(line) and _HEADER.match(following) and index > 0)

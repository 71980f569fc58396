"""What each code about mail (M) means; the page for admins is made from this."""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "M001",
        "a mail address that is none",
        "One address, without a name before it; the option may be repeated.",
        "hotline report queues my-hotline --mail-to ops.example.com",
        "hotline report queues my-hotline --mail-to ops@example.com",
        "sh",
    ),
    CodeDoc(
        "M002",
        "no mail server is set",
        "`mail` of hotline.yaml says through which server mail goes out.",
        "hotline: small\n# nothing about mail",
        "mail: {server: smtp.example.com, sender: hotline@example.com}",
    ),
    CodeDoc(
        "M003",
        "the mail server cannot be reached",
        "It does not listen there, its name is not known, it does not answer within 30 seconds, or it hung up.",
        "mail: {server: smtp.example.con, sender: hotline@example.com}",
        "mail: {server: smtp.example.com, sender: hotline@example.com}",
    ),
    CodeDoc(
        "M004",
        "the mail server is not spoken to safely",
        "`security: starttls` needs a server that offers it (port 587), `tls` one that begins with it (port 465). Its "
        "certificate must be for the name in `server`, by an authority the system trusts or the one of `ca_file`. "
        "Nothing is sent in clear instead.",
        "mail: {server: smtp.example.com, port: 25, sender: hotline@example.com}",
        "mail: {server: smtp.example.com, port: 465, security: tls, sender: hotline@example.com}",
    ),
    CodeDoc(
        "M005",
        "the mail server does not let us in",
        "It says no to `user` with `password`; many want a password of its own for programs.",
        "mail: {server: smtp.example.com, sender: hotline@example.com, user: hotlin, password: {env: SMTP_PASSWORD}}",
        "mail: {server: smtp.example.com, sender: hotline@example.com, user: hotline, password: {env: SMTP_PASSWORD}}",
    ),
    CodeDoc(
        "M006",
        "the mail server refuses the letter",
        "The server's own words say whether it is the sender, somebody the letter is for, or its size. Those it did "
        "take it for have it.",
        "mail: {server: smtp.example.com, sender: nobody@elsewhere.example}",
        "mail: {server: smtp.example.com, sender: hotline@example.com}",
    ),
)

#!/usr/bin/env python3
"""A classic AGI script, written for pyst2 as they all are: it reads the calling number back, digit by digit."""

from asterisk.agi import AGI

agi = AGI()
agi.answer()
agi.verbose("echo-number: reading the calling number back")
agi.say_digits(agi.env["agi_callerid"] if agi.env["agi_callerid"].isdigit() else "0")
agi.set_variable("ECHOED", "yes")

"""Alarms as config: `alarms.yaml` read and checked. Pure; what an alarm is stands in `wallboard.alarms.rules`."""

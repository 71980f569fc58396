"""What each code about a report that was asked for (R) means; the page for admins is made from this."""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "R001",
        "a form that a report does not have",
        "Reports are shown as `table`, `csv`, `json`, `html` or `xlsx`.",
        "hotline report queues my-hotline --format exel",
        "hotline report queues my-hotline --format xlsx --output queues.xlsx",
        "sh",
    ),
    CodeDoc(
        "R002",
        "a time that is not understood",
        "`--from` and `--to` take `today`, `yesterday`, `now`, a span back (`90min`, `24h`, `7d`, `2w`), or a date or "
        "time of the hotline's clock, to the second. A date is its beginning, so `--to 2026-12-01` ends with November.",
        "hotline report queues my-hotline --from 21.11.2026",
        "hotline report queues my-hotline --from 2026-11-21",
        "sh",
    ),
    CodeDoc(
        "R003",
        "a range that does not begin before it ends",
        "What is at `--to` is no longer in the report.",
        "hotline report queues my-hotline --from 2026-11-21 --to 2026-11-20",
        "hotline report queues my-hotline --from 2026-11-20 --to 2026-11-21",
        "sh",
    ),
    CodeDoc(
        "R004",
        "a time the clock does not show, or shows twice",
        "In the night it is set forward an hour is left out, in the night it is set back one comes twice. Say which is "
        "meant by the offset from UTC. A date needs none: its beginning is always one instant.",
        "hotline report queues my-hotline --zone Europe/Berlin --from 2026-10-25T02:30",
        "hotline report queues my-hotline --zone Europe/Berlin --from 2026-10-25T02:30+01:00",
        "sh",
    ),
    CodeDoc(
        "R005",
        "a metric there is not, or not in this report",
        "`hotline report metrics` lists them; `docs/metrics.md` says what each means. Occupancy is of agents, a "
        "service level of queues.",
        "hotline report queues my-hotline --metrics sl_negativ",
        "hotline report queues my-hotline --metrics sl_negative",
        "sh",
    ),
    CodeDoc(
        "R006",
        "a queue there is not",
        "It is neither in `hotline.yaml` nor in the history.",
        "hotline report queues my-hotline --queue servce",
        "hotline report queues my-hotline --queue service",
        "sh",
    ),
    CodeDoc(
        "R007",
        "a time zone there is not",
        "Zones are named as in the IANA database.",
        "hotline report queues my-hotline --zone Asia/Shangai",
        "hotline report queues my-hotline --zone Asia/Shanghai",
        "sh",
    ),
    CodeDoc(
        "R008",
        "an interval a report is not cut by",
        "`--by` takes `5m`, `15m`, `30m`, `hour`, `day`, or `queue` (of agents `agent`, of calls `flow`) for the whole "
        "range in a row; of flows also `version`, `step` and `language`.",
        "hotline report queues my-hotline --by 10m",
        "hotline report queues my-hotline --by 15m",
        "sh",
    ),
    CodeDoc(
        "R009",
        "an agent there is not",
        "It is neither in `hotline.yaml` nor in the history.",
        "hotline report agents my-hotline --agent 1O01",
        "hotline report agents my-hotline --agent 1001",
        "sh",
    ),
    CodeDoc(
        "R010",
        "more intervals than a report takes",
        "At most 50,000 for each queue: half a year of `5m`. Nobody reads more; the database itself has the visits. "
        "The wallboard's history takes 3,000, and a range of 400 days; its exports have at most 300,000 cells. A list "
        "of who gave up holds 50,000.",
        "hotline report queues my-hotline --from 2020-01-01 --by 5m",
        "hotline report queues my-hotline --from 2020-01-01 --by day",
        "sh",
    ),
    CodeDoc(
        "R011",
        "a report that cannot be put where it was to go",
        "A workbook is not for a terminal: name a file with `--output`. A sheet has at most 1,048,576 rows: longer "
        "reports go into `csv`. A file that cannot be written is told with the system's reason.",
        "hotline report queues my-hotline --format xlsx",
        "hotline report queues my-hotline --format xlsx --output queues.xlsx",
        "sh",
    ),
    CodeDoc(
        "R012",
        "a flow there is not",
        "It is neither in the hotline's folder nor in the history.",
        "hotline report calls my-hotline --flow mian",
        "hotline report calls my-hotline --flow main",
        "sh",
    ),
    CodeDoc(
        "R013",
        "a CSV file that cannot be had so",
        "`--separator` takes `,`, `;` or `tab`. It and `--bom` are for `--format csv` alone.",
        "hotline report queues my-hotline --format csv --separator :",
        "hotline report queues my-hotline --format csv --bom --separator ';'",
        "sh",
    ),
    CodeDoc(
        "R014",
        "a plan that cannot be compared with",
        "Adherence, conformance and exceptions need the plan of the shifts (`shifts/*.csv`), and it has errors; "
        "`hotline check` tells each at its line. Half a plan would give half a figure.",
        "hotline report agents my-hotline --metrics adherence  # 1001 is to do two things at nine",
        "hotline check my-hotline",
        "sh",
    ),
)

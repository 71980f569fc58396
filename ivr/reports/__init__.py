"""Reports: what is asked for, the table it becomes, and the forms it is shown in. Pure; `ivr.app.report_part` asks."""

"""What supervisors do: decided purely (`deciding`), done once (`desk`), asked over a socket of its own (`door`)."""

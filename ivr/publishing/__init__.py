"""Which version of a hotline new calls begin with: what was published, by whom and why, and what was taken back."""

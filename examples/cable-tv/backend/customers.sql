-- The sample operator's customers, as its CRM would give them to a read-only user.
CREATE TABLE IF NOT EXISTS customers (
  phone   TEXT PRIMARY KEY,  -- E.164 without the plus sign
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  tier    TEXT NOT NULL CHECK (tier IN ('ordinary', 'vip'))
);
INSERT OR IGNORE INTO customers VALUES
  ('8613800138000', '755001234', '张伟',   'ordinary'),
  ('8613800138001', '755001235', '王芳',   'vip'),
  ('8613800138002', '755001236', '李娜',   'ordinary'),
  ('8613800138003', '755001237', '刘洋',   'vip'),
  ('8613800138004', '755001238', '陳大文', 'ordinary'),
  ('85291234567',   '852001239', 'Mary Chan', 'ordinary');

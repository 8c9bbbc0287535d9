/** Amounts are TEXT (exact decimals of atoms); ticks, lots, ids and times are integers. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS balances (asset TEXT PRIMARY KEY, free TEXT NOT NULL, locked TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cursors (symbol TEXT PRIMARY KEY, time_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (
  order_id INTEGER PRIMARY KEY,
  symbol TEXT NOT NULL, client_order_id TEXT NOT NULL,
  side TEXT NOT NULL, type TEXT NOT NULL, time_in_force TEXT NOT NULL,
  price_ticks INTEGER, stop_ticks INTEGER, qty_lots INTEGER NOT NULL, quote_budget TEXT,
  order_list_id INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, working_ms INTEGER,
  executed_lots INTEGER NOT NULL, cum_quote TEXT NOT NULL, status TEXT NOT NULL,
  locked TEXT NOT NULL, ahead_lots INTEGER NOT NULL, reduce_only INTEGER NOT NULL DEFAULT 0,
  list_client_id TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_client_id ON orders (client_order_id);
CREATE INDEX IF NOT EXISTS orders_by_symbol ON orders (symbol, order_id);
CREATE INDEX IF NOT EXISTS orders_in_lists ON orders (order_list_id) WHERE order_list_id >= 0;
CREATE INDEX IF NOT EXISTS orders_open ON orders (status) WHERE status IN ('new', 'partially-filled');
CREATE TABLE IF NOT EXISTS fills (
  symbol TEXT NOT NULL, trade_id INTEGER NOT NULL, order_id INTEGER NOT NULL, side TEXT NOT NULL,
  ticks INTEGER NOT NULL, lots INTEGER NOT NULL, quote TEXT NOT NULL, fee TEXT NOT NULL, fee_asset TEXT NOT NULL,
  time_ms INTEGER NOT NULL, is_maker INTEGER NOT NULL, PRIMARY KEY (symbol, trade_id)
) STRICT;
CREATE INDEX IF NOT EXISTS fills_by_order ON fills (order_id);
CREATE TABLE IF NOT EXISTS prints (
  symbol TEXT NOT NULL, trade_id INTEGER NOT NULL, time_ms INTEGER NOT NULL, ticks INTEGER NOT NULL,
  lots INTEGER NOT NULL, side TEXT NOT NULL, carved_from INTEGER, PRIMARY KEY (symbol, trade_id)
) STRICT;
CREATE TABLE IF NOT EXISTS shocks (symbol TEXT NOT NULL, from_ms INTEGER NOT NULL, bps REAL NOT NULL) STRICT;
`;

/** What a futures account has beside orders and fills. Incomes are the wallet: it is their sum. */
export const MARGIN_SCHEMA = `
CREATE TABLE IF NOT EXISTS incomes (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, amount TEXT NOT NULL, symbol TEXT, time_ms INTEGER NOT NULL, trade_id INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS incomes_by_trade ON incomes (symbol, trade_id);
CREATE TABLE IF NOT EXISTS positions (
  symbol TEXT PRIMARY KEY, lots INTEGER NOT NULL, cost TEXT NOT NULL, updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS leverages (symbol TEXT PRIMARY KEY, leverage INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS conditionals (
  algo_id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, client_algo_id TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
  trigger_ticks INTEGER NOT NULL, price_ticks INTEGER, qty_lots INTEGER, time_in_force TEXT NOT NULL,
  post_only INTEGER NOT NULL, reduce_only INTEGER NOT NULL, trigger_by TEXT NOT NULL, status TEXT NOT NULL,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, triggered_ms INTEGER, order_id INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS conditionals_by_client_id ON conditionals (client_algo_id);
CREATE TABLE IF NOT EXISTS countdowns (symbol TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) STRICT;
`;

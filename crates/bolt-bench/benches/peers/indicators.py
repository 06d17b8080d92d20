"""TA-Lib's functions, each over one or several windows."""

from peer import serve

COLUMNS = ("high", "low", "close")

CALLS = {
    "SMA": lambda talib, high, low, close, n: talib.SMA(close, n),
    "EMA": lambda talib, high, low, close, n: talib.EMA(close, n),
    "RSI": lambda talib, high, low, close, n: talib.RSI(close, n),
    "MACD": lambda talib, high, low, close, n: talib.MACD(close, n, 2 * n, 9),
    "BBANDS": lambda talib, high, low, close, n: talib.BBANDS(close, n, 2.0, 2.0),
    "ATR": lambda talib, high, low, close, n: talib.ATR(high, low, close, n),
    "STOCH": lambda talib, high, low, close, n: talib.STOCH(high, low, close, n, 3, 0, 3, 0),
    "ADX": lambda talib, high, low, close, n: talib.ADX(high, low, close, n),
}


def indicator(name):
    call = CALLS[name.removesuffix("-8")]

    def make(data):
        import talib

        prices = [data.column(column) for column in COLUMNS]
        windows = data["windows"][name]
        return lambda: [call(talib, *prices, n) for n in windows]

    return make


serve({f"TA-Lib:{name}": indicator(name) for base in CALLS for name in (base, f"{base}-8")})

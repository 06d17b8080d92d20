//! Borrowed views of price columns: what engines read.

/// Open, high, low and close of one asset, a value a bar, all of the same length.
#[derive(Debug, Clone, Copy)]
pub struct Ohlc<'a> {
    /// First price of each bar.
    pub open: &'a [f64],
    /// Highest price of each bar.
    pub high: &'a [f64],
    /// Lowest price of each bar.
    pub low: &'a [f64],
    /// Last price of each bar.
    pub close: &'a [f64],
}

impl<'a> Ohlc<'a> {
    /// Returns the number of bars.
    pub fn len(&self) -> usize {
        self.close.len()
    }

    /// Returns whether there are no bars.
    pub fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    /// Returns the first `bars` bars.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn first(&self, bars: usize) -> Ohlc<'a> {
        Ohlc {
            open: &self.open[..bars],
            high: &self.high[..bars],
            low: &self.low[..bars],
            close: &self.close[..bars],
        }
    }
}

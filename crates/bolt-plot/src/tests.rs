mod contour;
mod layout;
mod reduce;
mod sample;
mod terminal;
mod ticks;
mod xml;

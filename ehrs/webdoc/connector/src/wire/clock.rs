//! Times of day as Webdoc writes them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use serde::{Serialize, Serializer};

/// A time of day, `HH:MM` (seconds are read and dropped). `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockTime {
    /// A time within the day.
    At(Time),
    /// Midnight at its end.
    EndOfDay,
}

impl ClockTime {
    /// That time of this day.
    pub fn on(self, date: Date) -> Option<DateTime> {
        match self {
            Self::At(time) => Some(date.to_datetime(time)),
            Self::EndOfDay => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
        }
    }
}

impl FromStr for ClockTime {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let mut number = || {
            let part =
                parts.next().filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))?;
            part.parse::<i8>().ok()
        };
        let (hour, minute) = (number().ok_or(())?, number().ok_or(())?);
        match (parts.next(), hour, minute) {
            (Some(seconds), ..) if seconds.len() != 2 || parts.next().is_some() => Err(()),
            (_, 24, 0) => Ok(Self::EndOfDay),
            _ => Time::new(hour, minute, 0, 0).map(Self::At).map_err(|_| ()),
        }
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => write!(f, "{:02}:{:02}", time.hour(), time.minute()),
            Self::EndOfDay => f.write_str("24:00"),
        }
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_seconds_and_written_without() {
        for (text, written) in
            [("09:05", "09:05"), ("09:05:30", "09:05"), ("00:00", "00:00"), ("24:00", "24:00")]
        {
            assert_eq!(text.parse::<ClockTime>().unwrap().to_string(), written, "{text}");
        }
        for wrong in ["", "9:5", "25:00", "12:60", "24:01", "12", "12:00:00:00", "12:00x", "+1:00", "12:00:0"]
        {
            assert!(wrong.parse::<ClockTime>().is_err(), "{wrong}");
        }
    }
}

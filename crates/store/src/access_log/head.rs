use std::fmt;
use std::str::FromStr;

/// What a node is called in the access log. Two nodes that run at once have two names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName(String);

impl NodeName {
    /// The most characters that a name has.
    pub const MAX_LENGTH: usize = 200;

    /// 1 to 200 ASCII letters, digits, `-`, `_` and `.`: what the name of a machine consists of.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        (fits && plain).then(|| Self(text.to_owned()))
    }

    /// As it stands in the log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a chain went at some time. Printed as `NODE SEQUENCE MAC`, to be kept elsewhere and shown to a later verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose chain.
    pub node: String,
    /// The sequence of its last row; 0 if there was none.
    pub sequence: i64,
    /// The mac of that row.
    pub mac: [u8; 32],
}

/// Lines that are no heads, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not `NODE SEQUENCE MAC`, as a verification prints it: line {}", .0.iter().map(usize::to_string).collect::<Vec<_>>().join(", line "))]
pub struct HeadsFault(pub Vec<usize>);

impl ChainHead {
    /// Reads a file of heads, one in a line. Empty lines and those that begin with `#` say nothing.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, HeadsFault> {
        let (mut heads, mut wrong) = (Vec::new(), Vec::new());
        let lines = text.lines().map(str::trim).enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            match line.parse() {
                Ok(head) => heads.push(head),
                Err(()) => wrong.push(index + 1),
            }
        }
        if wrong.is_empty() { Ok(heads) } else { Err(HeadsFault(wrong)) }
    }
}

impl FromStr for ChainHead {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_ascii_whitespace();
        let (Some(node), Some(sequence), Some(mac), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(());
        };
        let sequence = sequence.parse().map_err(|_| ())?;
        let mac = mac_of(mac).ok_or(())?;
        Ok(Self { node: node.to_owned(), sequence, mac })
    }
}

fn mac_of(text: &str) -> Option<[u8; 32]> {
    let mut mac = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in mac.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(mac)
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.node, self.sequence)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_back_from_what_is_printed() {
        let heads = [("gateway-1", 17, [0xa7; 32]), ("gateway-2.example", 0, [0; 32])];
        let heads = heads.map(|(node, sequence, mac)| ChainHead { node: node.to_owned(), sequence, mac });

        let read = ChainHead::parse_all(&format!("# of today\n\n{}\n{}\r\n", heads[0], heads[1]));

        assert_eq!(read.unwrap(), heads);
    }

    #[test]
    fn all_lines_that_are_no_heads_are_told() {
        let good = ChainHead { node: "a".to_owned(), sequence: 1, mac: [1; 32] }.to_string();
        let text = format!("a 1\n{good}\n{good} b\na x {}\na 1 {}\na 1 åå", "0".repeat(64), "g".repeat(64));

        let fault = ChainHead::parse_all(&text).unwrap_err();

        assert_eq!(fault, HeadsFault(vec![1, 3, 4, 5, 6]));
        assert!(fault.to_string().ends_with("line 1, line 3, line 4, line 5, line 6"), "{fault}");
    }

    #[test]
    fn a_node_has_the_name_of_a_machine() {
        assert!(NodeName::parse("gateway-7f9c.cluster_1").is_some());
        for wrong in ["", "a b", "a\n", "å", &"a".repeat(201)] {
            assert!(NodeName::parse(wrong).is_none(), "{wrong:?}");
        }
    }
}

//! XML as a small tree: read by local names, written without namespaces. No DTD, and no entities but the five and the numeric ones.

use std::borrow::Cow;
use std::io;
use std::str::FromStr;

use quick_xml::Reader;
use quick_xml::Writer;
use quick_xml::escape::{escape, resolve_xml_entity, unescape};
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, BytesText, Event};

use super::Unreadable;

/// TakeCare's messages are eight deep at most.
const MAX_DEPTH: usize = 32;

/// What fits into the largest answer by far.
const MAX_ELEMENTS: usize = 500_000;

/// Of one element, declarations of namespaces among them. TakeCare's messages have eight at most.
const MAX_ATTRIBUTES: usize = 64;

/// An element with what is inside. Names are local: prefixes are dropped, namespaces are not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// With nothing inside.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// With a text inside.
    pub fn text(name: &str, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(name) }
    }

    /// With other elements inside.
    pub fn of(name: &str, children: impl IntoIterator<Item = Element>) -> Self {
        Self { children: children.into_iter().collect(), ..Self::new(name) }
    }

    /// With an attribute.
    #[must_use]
    pub fn with_attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Its local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements inside.
    pub fn children(&self) -> &[Element] {
        &self.children
    }

    /// The elements of this name inside, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of this name inside.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first element of this name inside, which must be there.
    pub fn need(&self, name: &str) -> Result<&Element, Unreadable> {
        self.child(name).ok_or_else(|| Unreadable::at(name))
    }

    /// Its own text, as it stands.
    pub fn content(&self) -> &str {
        &self.text
    }

    /// The text of the first element of this name, if it says something.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// The same, owned.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.told(name).map(str::to_owned)
    }

    /// The text of the first element of this name, which must say something.
    pub fn required(&self, name: &str) -> Result<&str, Unreadable> {
        self.told(name).ok_or_else(|| Unreadable::at(name))
    }

    /// The number in the first element of this name.
    pub fn number<T: FromStr>(&self, name: &str) -> Result<T, Unreadable> {
        self.required(name)?.parse().map_err(|_| Unreadable::at(name))
    }

    /// As XML, without declaration.
    pub fn to_xml(&self) -> String {
        let mut writer = Writer::new(Vec::new());
        // Writing into memory does not fail, and what is written is text.
        match self.write(&mut writer) {
            Ok(()) => String::from_utf8(writer.into_inner()).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Writes it into a larger text.
    pub(super) fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        writer.write_event(Event::Start(BytesStart::new(self.name.as_str()).with_attributes(attributes)))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::from_escaped(escaped(&self.text))))?;
        }
        for child in &self.children {
            child.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }
}

/// A micro sign is lost in TakeCare unless it is a reference, and a bare carriage return in any XML.
fn escaped(text: &str) -> Cow<'_, str> {
    let escaped = escape(text);
    if escaped.contains(['µ', '\r']) {
        Cow::Owned(escaped.replace('µ', "&#181;").replace('\r', "&#13;"))
    } else {
        escaped
    }
}

/// Whether XML can hold the character at all.
pub fn holds(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Reads a document.
pub fn parse(text: &str) -> Result<Element, Unreadable> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree::default();
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(start) => tree.open(element(&start)?)?,
            Event::Empty(empty) => {
                tree.open(element(&empty)?)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.add(&text.xml10_content().map_err(|_| malformed())?)?,
            Event::CData(text) => tree.add(&text.xml10_content().map_err(|_| malformed())?)?,
            Event::GeneralRef(reference) => tree.add(&resolved(&reference)?)?,
            Event::DocType(_) => return Err(Unreadable::at("DOCTYPE")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return tree.root(),
        }
    }
}

fn malformed() -> Unreadable {
    Unreadable::at("XML")
}

fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|_| malformed())
}

fn element(start: &BytesStart<'_>) -> Result<Element, Unreadable> {
    let mut element = Element::new(utf8(start.local_name().as_ref())?);
    for (before, attribute) in start.attributes().enumerate() {
        let attribute = attribute.map_err(|_| malformed())?;
        if before >= MAX_ATTRIBUTES {
            return Err(malformed());
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let name = utf8(attribute.key.local_name().into_inner())?.to_owned();
        let value = unescape(utf8(&attribute.value)?).map_err(|_| malformed())?.into_owned();
        element.attributes.push((name, value));
    }
    Ok(element)
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| malformed())? {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|_| malformed())?;
    resolve_xml_entity(&name).map(str::to_owned).ok_or_else(malformed)
}

/// What was read so far.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), Unreadable> {
        self.elements = self.elements.saturating_add(1);
        let second_root = self.open.is_empty() && self.root.is_some();
        if second_root || self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(malformed());
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        let closed = self.open.pop().ok_or_else(malformed)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed()),
        }
        Ok(())
    }

    fn root(self) -> Result<Element, Unreadable> {
        match (self.open.is_empty(), self.root) {
            (true, Some(root)) => Ok(root),
            _ => Err(malformed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let written = Element::of(
            "Message",
            [
                Element::text("Note", "5 < 6 & 7 > 4; \"å\" 'µ' ]]> \r\n 腰痛 🦵"),
                Element::new("Empty"),
                Element::of("List", [Element::text("Item", "1"), Element::text("Item", "2")]),
            ],
        )
        .with_attribute("Said", "by \"A\" & <B>");
        let xml = written.to_xml();
        assert!(!xml.contains(['µ', '\r']) && !xml.contains("]]>"), "{xml}");
        assert_eq!(parse(&xml).unwrap(), written);
    }

    #[test]
    fn prefixes_declarations_comments_and_cdata_are_read_through() {
        let element = parse(
            "\u{feff}<?xml version='1.0'?><!-- c --><p:A xmlns:p=\"urn:x\" p:b='1'>x<![CDATA[<&>]]>&#65;&#x42;&amp;<p:C/></p:A>",
        )
        .unwrap();
        assert_eq!((element.name(), element.content()), ("A", "x<&>AB&"));
        assert_eq!(element.attribute("b"), Some("1"));
        assert_eq!(element.attribute("p"), None);
        assert!(element.child("C").is_some());
    }

    #[test]
    fn a_dtd_and_entities_of_its_own_are_refused() {
        for bad in [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<a>&b;</a>",
            "<a b='&c;'/>",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for bad in
            ["", "hello", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>text", "<a b='1' b='2'/>", "<a>&#0;</a>"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn depth_and_size_have_limits() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&nested(100_000)).is_err());
        assert!(parse(&format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS))).is_err());
        let attributes = |count: usize| (0..count).map(|n| format!(" a{n}=''")).collect::<String>();
        assert!(parse(&format!("<a{}/>", attributes(MAX_ATTRIBUTES))).is_ok());
        assert!(parse(&format!("<a{}/>", attributes(MAX_ATTRIBUTES + 1))).is_err());
    }
}

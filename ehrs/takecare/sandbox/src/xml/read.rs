//! A cautious reader: no document type, no entities but the predefined ones, limits to depth and number.

use quick_xml::NsReader;
use quick_xml::XmlVersion::Implicit1_0;
use quick_xml::errors::Error;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

/// How deep elements may be nested.
const DEEPEST: usize = 32;
const MOST_ELEMENTS: usize = 20_000;
/// Of one element.
const MOST_ATTRIBUTES: usize = 32;

/// An XML document.
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub struct Document {
    /// Whether it begins with `<?xml …?>`.
    pub declared: bool,
    pub root: Element,
}

/// An element and what is in it. How text and children alternate is forgotten.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub struct Element {
    pub namespace: Option<String>,
    pub prefixed: bool,
    /// Without prefix.
    pub name: String,
    /// As written, the declarations of namespaces among them.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

/// No well-formed XML, or more than is read.
#[derive(Debug, PartialEq, Eq)]
pub struct NotXml;

impl From<Error> for NotXml {
    fn from(_: Error) -> Self {
        Self
    }
}

impl Element {
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.name == name
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it has no text but blanks, as elements with children have.
    pub fn blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

pub fn read(xml: &str) -> Result<Document, NotXml> {
    let mut reader = NsReader::from_str(xml);
    reader.resolver_mut().set_max_declarations_per_element(MOST_ATTRIBUTES);
    let mut tree = Tree::default();
    let mut first = true;
    loop {
        let (namespace, event) = reader.read_resolved_event()?;
        match event {
            Event::Start(start) => tree.open(element(namespace, &start)?)?,
            Event::Empty(start) => {
                tree.open(element(namespace, &start)?)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => {
                let text = text.xml10_content().map_err(Error::from)?;
                if text.contains("]]>") {
                    return Err(NotXml);
                }
                tree.text(&text)?;
            }
            Event::CData(data) => tree.text(&data.xml10_content().map_err(Error::from)?)?,
            Event::GeneralRef(reference) => tree.text(&resolved(&reference)?)?,
            Event::Comment(_) => {}
            Event::Decl(_) if first => tree.declared = true,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => return Err(NotXml),
            Event::Eof => return tree.whole(),
        }
        first = false;
    }
}

fn element(namespace: ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, NotXml> {
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => Some(utf8(namespace.into_inner())?),
        ResolveResult::Unbound => None,
        ResolveResult::Unknown(_) => return Err(NotXml),
    };
    let (name, prefix) = start.name().decompose();
    let mut element = Element {
        namespace,
        prefixed: prefix.is_some(),
        name: utf8(name.into_inner())?,
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(Error::from)?;
        if element.attributes.len() == MOST_ATTRIBUTES || attribute.value.contains(&b'<') {
            return Err(NotXml);
        }
        let value = attribute.normalized_value(Implicit1_0)?;
        element.attributes.push((utf8(attribute.key.into_inner())?, legal(&value)?.to_owned()));
    }
    Ok(element)
}

fn utf8(bytes: &[u8]) -> Result<String, NotXml> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| NotXml)
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, NotXml> {
    if let Some(character) = reference.resolve_char_ref()? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(Error::from)?;
    resolve_xml_entity(&name).map(str::to_owned).ok_or(NotXml)
}

/// XML 1.0, production 2.
fn legal(text: &str) -> Result<&str, NotXml> {
    let legal = |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(legal) { Ok(text) } else { Err(NotXml) }
}

/// What was read so far.
#[derive(Default)]
struct Tree {
    declared: bool,
    elements: usize,
    /// From the root inwards.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), NotXml> {
        self.elements = self.elements.saturating_add(1);
        if self.root.is_some() || self.open.len() == DEEPEST || self.elements > MOST_ELEMENTS {
            return Err(NotXml);
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), NotXml> {
        let element = self.open.pop().ok_or(NotXml)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), NotXml> {
        let text = legal(text)?;
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(NotXml),
        }
        Ok(())
    }

    fn whole(self) -> Result<Document, NotXml> {
        let root = self.root.filter(|_| self.open.is_empty()).ok_or(NotXml)?;
        Ok(Document { declared: self.declared, root })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_put_together_from_all_its_forms() {
        let root =
            read("<a b=\"1 &amp; 2\">x &lt; <!-- no --><![CDATA[<y>]]>&#122;&#xE5;\r\n</a>").unwrap().root;
        assert_eq!(root.text, "x < <y>zå\n");
        assert_eq!(root.attribute("b"), Some("1 & 2"));
    }

    #[test]
    fn namespaces_are_told_with_and_without_prefix() {
        let root = read("<?xml version=\"1.0\"?><p:a xmlns:p=\"urn:x\" xmlns=\"urn:y\"><b/></p:a>").unwrap();
        assert!(root.declared);
        assert!(root.root.prefixed && root.root.is("urn:x", "a"));
        assert!(!root.root.children[0].prefixed && root.root.children[0].is("urn:y", "b"));
    }

    #[test]
    fn whatever_is_unsafe_or_broken_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(DEEPEST + 1), "</a>".repeat(DEEPEST + 1));
        let deeper = "<a>".repeat(100_000);
        let many = format!("<a>{}</a>", "<b/>".repeat(MOST_ELEMENTS));
        let attributes: String = (0..=MOST_ATTRIBUTES).map(|n| format!(" a{n}=\"\"")).collect();
        let attributes = format!("<a{attributes}/>");
        for xml in [
            "",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "<a>&unknown;</a>",
            "<a>&#0;</a>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a>&</a>",
            "<a>]]></a>",
            "<a b=\"<\"/>",
            "<a b=\"&x;\"/>",
            "<a b=\"1\" b=\"2\"/>",
            "<p:a/>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<?php ?><a/>",
            " <?xml version=\"1.0\"?><a/>",
            "<a><?xml version=\"1.0\"?></a>",
            &deep,
            &deeper,
            &many,
            &attributes,
        ] {
            assert_eq!(read(xml), Err(NotXml), "{}", xml.get(..60).unwrap_or(xml));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(xml in any::<String>()) {
            let _ = read(&xml);
        }

        #[test]
        fn no_near_xml_makes_the_reader_panic(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("<a>"), Just("</a>"), Just("<p:a"), Just(" xmlns:p='u'"), Just(" xmlns=''"), Just(">"), Just("/>"),
                    Just("&amp;"), Just("&#"), Just("xD800;"), Just("&#x110000;"), Just("<![CDATA["), Just("]]>"), Just("<!--"),
                    Just("-->"), Just("<?xml "), Just("?>"), Just("<!DOCTYPE"), Just("="), Just("\""), Just("å"), Just("\0"),
                ],
                0..40,
            )
        ) {
            let _ = read(&parts.concat());
        }

        #[test]
        fn what_is_written_is_read_again(text in "\\PC*", attribute in "[ -~\\t\\n\\ra-ö]*") {
            let written = super::super::Markup::text("a", &text).attribute("b", &attribute).to_xml();
            let root = read(&written).unwrap().root;
            prop_assert_eq!(&root.text, &text);
            prop_assert_eq!(root.attribute("b"), Some(attribute.as_str()));
        }
    }
}

//! What is inside the envelope: `ProfdocHISMessage`, un-namespaced.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};

use crate::refusal::Refusal;
use crate::service::Operation;
use crate::time::{self, message_time};
use crate::xml::{Element, Markup, read};

const ROOT: &str = "ProfdocHISMessage";

/// A request that is a message, whatever it asks for.
pub struct Request(Element);

impl Request {
    /// No declaration, no namespaces and no prefixes: XChange cannot handle them. Only a prefix that the root declares and nothing
    /// uses does no harm: the requests of the public adapters have one.
    pub fn read(xml: &str) -> Result<Self, Refusal> {
        let document = read(xml).map_err(|_| Refusal::IllegalArgument)?;
        let root = document.root;
        let request = !document.declared && root.name == ROOT && plain(&root) && has_its_attributes(&root);
        if request { Ok(Self(root)) } else { Err(Refusal::IllegalArgument) }
    }

    pub fn invoking_system(&self) -> &str {
        self.0.attribute("InvokingSystem").unwrap_or_default()
    }

    pub fn fields(&self) -> Result<Fields<'_>, Refusal> {
        Fields::of(&self.0)
    }
}

fn plain(element: &Element) -> bool {
    let plain_name = |(name, _): &(String, String)| name != "xmlns" && !name.contains(':');
    element.namespace.is_none()
        && !element.prefixed
        && element.children.iter().all(|child| child.attributes.iter().all(plain_name) && plain(child))
}

/// `Time` and `InvokingSystem` are required; `MsgType` has one value.
fn has_its_attributes(root: &Element) -> bool {
    let known = |(name, _): &(String, String)| {
        matches!(name.as_str(), "MsgType" | "Time" | "InvokingSystem") || name.starts_with("xmlns:")
    };
    root.attributes.iter().all(known)
        && root.attribute("MsgType").is_none_or(|kind| kind == "Request")
        && root.attribute("Time").is_some_and(|time| whole::<u64>(time).is_ok())
        && root.attribute("InvokingSystem").is_some()
}

/// The children of an element, taken in their documented order.
pub struct Fields<'m> {
    rest: std::iter::Peekable<std::slice::Iter<'m, Element>>,
}

impl<'m> Fields<'m> {
    pub fn of(element: &'m Element) -> Result<Self, Refusal> {
        if element.blank() {
            Ok(Self { rest: element.children.iter().peekable() })
        } else {
            Err(Refusal::IllegalArgument)
        }
    }

    pub fn optional_element(&mut self, name: &str) -> Option<&'m Element> {
        self.rest.next_if(|element| element.name == name)
    }

    pub fn element(&mut self, name: &str) -> Result<&'m Element, Refusal> {
        self.optional_element(name).ok_or(Refusal::IllegalArgument)
    }

    pub fn optional_text(&mut self, name: &str) -> Result<Option<&'m str>, Refusal> {
        self.optional_element(name).map(text).transpose()
    }

    pub fn text(&mut self, name: &str) -> Result<&'m str, Refusal> {
        self.element(name).and_then(text)
    }

    pub fn optional_number<N: FromStr>(&mut self, name: &str) -> Result<Option<N>, Refusal> {
        self.optional_text(name)?.map(whole).transpose()
    }

    pub fn number<N: FromStr>(&mut self, name: &str) -> Result<N, Refusal> {
        self.text(name).and_then(whole)
    }

    /// `yyyyMMdd`
    pub fn date(&mut self, name: &str) -> Result<Date, Refusal> {
        time::read_date(self.text(name)?.trim()).ok_or(Refusal::IllegalArgument)
    }

    /// `yyyyMMddHHmm`
    pub fn time(&mut self, name: &str) -> Result<DateTime, Refusal> {
        time::read_minute(self.text(name)?.trim()).ok_or(Refusal::IllegalArgument)
    }

    /// Nothing is left.
    pub fn end(mut self) -> Result<(), Refusal> {
        if self.rest.next().is_none() { Ok(()) } else { Err(Refusal::IllegalArgument) }
    }
}

/// The text of an element that has nothing else, not even attributes.
pub fn text(element: &Element) -> Result<&str, Refusal> {
    let only_text = element.children.is_empty() && element.attributes.is_empty();
    only_text.then_some(element.text.as_str()).ok_or(Refusal::IllegalArgument)
}

/// The unsigned numbers of XML Schema: digits, with blanks around them.
fn whole<N: FromStr>(text: &str) -> Result<N, Refusal> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(Refusal::IllegalArgument)
}

/// What the attributes of an answer say.
pub struct Answering<'a> {
    pub operation: Operation,
    pub user: &'a str,
    pub care_unit_type: &'a str,
    pub care_unit: &'a str,
    pub now: DateTime,
}

impl Answering<'_> {
    pub fn response(&self, content: Markup) -> String {
        self.message("Response", content)
    }

    pub fn error(&self, refusal: Refusal) -> String {
        let code = Markup::text("Code", refusal.code());
        let words = Markup::text("Msg", refusal.words());
        self.message("Error", Markup::of("Error", [code, words]).attribute("Type", "System"))
    }

    fn message(&self, kind: &str, content: Markup) -> String {
        Markup::of(ROOT, [content])
            .attribute("MsgType", kind)
            .attribute("System", "ProfdocHIS")
            .attribute("SystemInstance", 1)
            .attribute("Time", message_time(self.now))
            .attribute("User", self.user)
            .attribute("CareUnitType", self.care_unit_type)
            .attribute("CareUnit", self.care_unit)
            .attribute("Method", self.operation.method())
            .to_xml()
    }
}

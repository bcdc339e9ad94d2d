use quick_xml::escape::escape;

pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// An element to be written.
pub struct Markup {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

enum Content {
    Text(String),
    Cdata(String),
    Children(Vec<Markup>),
}

impl Markup {
    pub fn text(name: &'static str, text: impl ToString) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Text(text.to_string()) }
    }

    pub fn cdata(name: &'static str, text: impl ToString) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Cdata(text.to_string()) }
    }

    pub fn of(name: &'static str, children: impl IntoIterator<Item = Self>) -> Self {
        let children = children.into_iter().collect();
        Self { name, attributes: Vec::new(), content: Content::Children(children) }
    }

    pub fn attribute(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    pub fn to_xml(&self) -> String {
        let mut xml = String::new();
        self.write(&mut xml);
        xml
    }

    fn write(&self, xml: &mut String) {
        xml.push('<');
        xml.push_str(self.name);
        for (name, value) in &self.attributes {
            let value = escape(value).replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;");
            for part in [" ", name, "=\"", &value, "\""] {
                xml.push_str(part);
            }
        }
        match &self.content {
            Content::Children(children) if children.is_empty() => return xml.push_str(" />"),
            Content::Text(text) if text.is_empty() => return xml.push_str(" />"),
            Content::Children(children) => {
                xml.push('>');
                children.iter().for_each(|child| child.write(xml));
            }
            Content::Text(text) => {
                xml.push('>');
                xml.push_str(&escape(text).replace('\r', "&#13;"));
            }
            Content::Cdata(text) => {
                let text = text.replace("]]>", "]]]]><![CDATA[>");
                for part in ["><![CDATA[", &text, "]]>"] {
                    xml.push_str(part);
                }
            }
        }
        for part in ["</", self.name, ">"] {
            xml.push_str(part);
        }
    }
}

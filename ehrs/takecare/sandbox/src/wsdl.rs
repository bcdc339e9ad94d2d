//! `GET …?wsdl`: each service's description, in our own writing.

use crate::service::{Operation, Service};
use crate::soap::{STRINGS, TEMPURI};
use crate::xml::{DECLARATION, Markup};

/// `address` is where the service is.
pub fn describe(service: Service, address: &str) -> String {
    let types = Markup::of("wsdl:types", [schema(service)]);
    let messages = service.operations().flat_map(messages);
    let port = format!("{}Soap", service.name());
    let port_type = Markup::of("wsdl:portType", service.operations().map(abstract_operation));
    let bindings = SOAPS.map(|soap| soap.binding(service, &port));
    let ports = SOAPS.map(|soap| soap.port(service, address));
    let parts = [types]
        .into_iter()
        .chain(messages)
        .chain([port_type.attribute("name", &port)])
        .chain(bindings)
        .chain([Markup::of("wsdl:service", ports).attribute("name", service.name())]);
    let definitions = Markup::of("wsdl:definitions", parts)
        .attribute("xmlns:wsdl", "http://schemas.xmlsoap.org/wsdl/")
        .attribute("xmlns:soap", "http://schemas.xmlsoap.org/wsdl/soap/")
        .attribute("xmlns:soap12", "http://schemas.xmlsoap.org/wsdl/soap12/")
        .attribute("xmlns:s", "http://www.w3.org/2001/XMLSchema")
        .attribute("xmlns:tns", TEMPURI)
        .attribute("targetNamespace", TEMPURI);
    format!("{DECLARATION}{}", definitions.to_xml())
}

fn schema(service: Service) -> Markup {
    let elements = service.operations().flat_map(|operation| {
        let request = element_of_strings(&STRINGS).attribute("name", operation.name());
        let response = element_of_strings(&[operation.result()]).attribute("name", operation.response());
        [request, response]
    });
    Markup::of("s:schema", elements)
        .attribute("elementFormDefault", "qualified")
        .attribute("targetNamespace", TEMPURI)
}

/// Optional strings in order.
fn element_of_strings(names: &[&str]) -> Markup {
    let strings = names.iter().map(|name| {
        Markup::of("s:element", [])
            .attribute("minOccurs", 0)
            .attribute("maxOccurs", 1)
            .attribute("name", name)
            .attribute("type", "s:string")
    });
    Markup::of("s:element", [Markup::of("s:complexType", [Markup::of("s:sequence", strings)])])
}

/// The names of an operation's two messages, and of the elements in them.
fn messages_of(operation: Operation) -> [(String, &'static str); 2] {
    let name = operation.name();
    [(format!("{name}SoapIn"), name), (format!("{name}SoapOut"), operation.response())]
}

fn messages(operation: Operation) -> [Markup; 2] {
    messages_of(operation).map(|(name, element)| {
        let part = Markup::of("wsdl:part", []).attribute("name", "parameters");
        let part = part.attribute("element", format!("tns:{element}"));
        Markup::of("wsdl:message", [part]).attribute("name", name)
    })
}

fn abstract_operation(operation: Operation) -> Markup {
    let [input, output] = messages_of(operation).map(|(name, _)| format!("tns:{name}"));
    let ends = [
        Markup::of("wsdl:input", []).attribute("message", input),
        Markup::of("wsdl:output", []).attribute("message", output),
    ];
    Markup::of("wsdl:operation", ends).attribute("name", operation.name())
}

/// The WSDL extension elements of one version of SOAP.
struct Soap {
    suffix: &'static str,
    binding: &'static str,
    operation: &'static str,
    body: &'static str,
    address: &'static str,
}

const SOAPS: [Soap; 2] = [
    Soap {
        suffix: "Soap",
        binding: "soap:binding",
        operation: "soap:operation",
        body: "soap:body",
        address: "soap:address",
    },
    Soap {
        suffix: "Soap12",
        binding: "soap12:binding",
        operation: "soap12:operation",
        body: "soap12:body",
        address: "soap12:address",
    },
];

impl Soap {
    fn binding(&self, service: Service, port_type: &str) -> Markup {
        let transport = Markup::of(self.binding, []);
        let transport = transport.attribute("transport", "http://schemas.xmlsoap.org/soap/http");
        let operations = service.operations().map(|operation| {
            let action = format!("{TEMPURI}{}", operation.name());
            let style = Markup::of(self.operation, []).attribute("soapAction", action);
            let body = |end| Markup::of(end, [Markup::of(self.body, []).attribute("use", "literal")]);
            let parts = [style.attribute("style", "document"), body("wsdl:input"), body("wsdl:output")];
            Markup::of("wsdl:operation", parts).attribute("name", operation.name())
        });
        Markup::of("wsdl:binding", [transport].into_iter().chain(operations))
            .attribute("name", self.name(service))
            .attribute("type", format!("tns:{port_type}"))
    }

    fn port(&self, service: Service, address: &str) -> Markup {
        Markup::of("wsdl:port", [Markup::of(self.address, []).attribute("location", address)])
            .attribute("name", self.name(service))
            .attribute("binding", format!("tns:{}", self.name(service)))
    }

    fn name(&self, service: Service) -> String {
        format!("{}{}", service.name(), self.suffix)
    }
}

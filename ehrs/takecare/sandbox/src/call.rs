//! What an operation is given, and the care unit that it is about.

use crate::message::Fields;
use crate::options::Options;
use crate::places::{CARE_UNITS, CareUnit};
use crate::refusal::Refusal;
use crate::soap::Strings;
use crate::xml::Markup;

pub struct Call<'c> {
    pub strings: &'c Strings,
    pub options: &'c Options,
    pub fields: Fields<'c>,
}

impl<'c> Call<'c> {
    /// The care unit that the envelope names.
    pub fn unit(&self) -> Result<&'static CareUnit, Refusal> {
        let id_type = IdType::parse(&self.strings.careunitidtype, self.options)?;
        id_type.find(&self.strings.careunitid)
    }

    /// The care unit that the message names; it must be the envelope's.
    pub fn place(&mut self) -> Result<Place<'c>, Refusal> {
        let id_type = self.fields.text("CareUnitIdType")?;
        let id = self.fields.text("CareUnitId")?;
        let unit = IdType::parse(id_type, self.options)?.find(id)?;
        if self.unit()?.id == unit.id {
            Ok(Place { unit, id_type, id })
        } else {
            Err(Refusal::IllegalArgument)
        }
    }
}

/// A care unit as a message names it.
pub struct Place<'c> {
    pub unit: &'static CareUnit,
    id_type: &'c str,
    id: &'c str,
}

impl Place<'_> {
    /// An element that says which care unit it is about.
    pub fn container(&self, name: &'static str, children: impl IntoIterator<Item = Markup>) -> Markup {
        Markup::of(name, children)
            .attribute("CareUnitIdType", self.id_type)
            .attribute("CareUnitId", self.id)
            .attribute("CareUnitName", self.unit.name)
    }
}

/// The kinds of care-unit ids.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IdType {
    Hsa,
    Own,
}

impl IdType {
    /// `hsaid` is seen in capitals too.
    pub fn parse(name: &str, options: &Options) -> Result<Self, Refusal> {
        if name.eq_ignore_ascii_case("hsaid") {
            Ok(Self::Hsa)
        } else if name == options.own_id_type {
            Ok(Self::Own)
        } else {
            Err(Refusal::IllegalArgument)
        }
    }

    pub fn of(self, unit: &CareUnit) -> String {
        match self {
            Self::Hsa => unit.hsa_id.to_owned(),
            Self::Own => unit.id.to_string(),
        }
    }

    fn find(self, id: &str) -> Result<&'static CareUnit, Refusal> {
        let mut units = CARE_UNITS.iter();
        units.find(|unit| self.of(unit).eq_ignore_ascii_case(id)).ok_or(Refusal::CareUnit)
    }
}

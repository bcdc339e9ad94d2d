//! `CareUnit`, a service that is assumed.

use crate::call::{Call, IdType};
use crate::exchange::Answer;
use crate::places::CARE_UNITS;
use crate::refusal::Refusal;
use crate::xml::Markup;

/// GetCareUnits: the envelope names no care unit, only the kind of ids that is wanted.
pub fn list(mut call: Call<'_>) -> Answer {
    let id_type = IdType::parse(call.fields.text("CareUnitIdType")?, call.options)?;
    call.fields.end()?;
    let strings = call.strings;
    if !strings.careunitid.is_empty() || IdType::parse(&strings.careunitidtype, call.options)? != id_type {
        return Err(Refusal::IllegalArgument);
    }
    let units = CARE_UNITS.iter().map(|unit| {
        let address = [
            Markup::text("Street", unit.street),
            Markup::text("PostalCode", unit.postal_code),
            Markup::text("City", unit.city),
        ];
        Markup::of(
            "CareUnit",
            [
                Markup::text("CareUnitId", id_type.of(unit)),
                Markup::text("CareUnitName", unit.name),
                Markup::text("HSAID", unit.hsa_id),
                Markup::text("Telephone", unit.telephone),
                Markup::text("Email", unit.email),
                Markup::of("Address", address),
            ],
        )
    });
    Ok(Markup::of("CareUnits", units))
}

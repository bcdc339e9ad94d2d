//! Custom fields of the organisation, for what Kaddio has no field for.

use std::collections::BTreeMap;

use crate::wire::Id;

/// What can be kept in a custom field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    DateOfBirth,
    Gender,
    CoAddress,
    Country,
    OtherPhones,
    OtherEmails,
}

impl Kept {
    const ALL: [Self; 6] = [
        Self::DateOfBirth,
        Self::Gender,
        Self::CoAddress,
        Self::Country,
        Self::OtherPhones,
        Self::OtherEmails,
    ];

    /// As the setting names it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::DateOfBirth => "date_of_birth",
            Self::Gender => "gender",
            Self::CoAddress => "co_address",
            Self::Country => "country",
            Self::OtherPhones => "other_phones",
            Self::OtherEmails => "other_emails",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.as_str() == text)
    }
}

/// Which custom field keeps what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CustomFields(BTreeMap<Kept, Id>);

impl CustomFields {
    /// Reads `date_of_birth=ID, gender=ID`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut fields = BTreeMap::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, id) = pair.split_once('=').ok_or("is not of the form name=ID, name=ID")?;
            let kept = Kept::parse(name.trim()).ok_or_else(|| {
                format!("can name {}, and nothing else", Kept::ALL.map(Kept::as_str).join(", "))
            })?;
            let id = Id::parse(id.trim()).ok_or_else(|| format!("has no id for {}", kept.as_str()))?;
            if fields.values().any(|other| *other == id) {
                return Err(format!("has an id for {} that keeps something else too", kept.as_str()));
            }
            if fields.insert(kept, id).is_some() {
                return Err(format!("names {} twice", kept.as_str()));
            }
        }
        Ok(Self(fields))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field that keeps it, if one does.
    pub(crate) fn of(&self, kept: Kept) -> Option<&Id> {
        self.0.get(&kept)
    }
}

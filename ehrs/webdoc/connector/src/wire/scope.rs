//! Scopes: what a token may be used for.

use std::fmt;

/// A scope, in the order of Webdoc's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Booking types, a clinic's bookings, visits, invoices.
    SelfService,
    /// Search bookings.
    BookingsRead,
    /// Book, change, cancel.
    BookingsWrite,
    /// Look patients up.
    PatientRead,
    /// Create and change patients, write notes.
    PatientWrite,
    /// Patient types.
    PatientTypesRead,
    /// Users, and a clinic's users.
    UsersRead,
    /// Clinics.
    ClinicsRead,
    /// File documents.
    DocumentsWrite,
    /// Document types.
    DocumentTypesRead,
    /// Action codes.
    ActionCodesRead,
    /// Sign records.
    RecordSignaturesWrite,
    /// Organisations.
    OrganizationRead,
    /// Create organisations.
    OrganizationWrite,
    /// Payment methods.
    PaymentMethodsRead,
    /// Record templates, external records.
    SystemAdmin,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[
        Self::SelfService,
        Self::BookingsRead,
        Self::BookingsWrite,
        Self::PatientRead,
        Self::PatientWrite,
        Self::PatientTypesRead,
        Self::UsersRead,
        Self::ClinicsRead,
        Self::DocumentsWrite,
        Self::DocumentTypesRead,
        Self::ActionCodesRead,
        Self::RecordSignaturesWrite,
        Self::OrganizationRead,
        Self::OrganizationWrite,
        Self::PaymentMethodsRead,
        Self::SystemAdmin,
    ];

    /// Its name in a token request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SelfService => "self-service",
            Self::BookingsRead => "bookings:read",
            Self::BookingsWrite => "bookings:write",
            Self::PatientRead => "patient:read",
            Self::PatientWrite => "patient:write",
            Self::PatientTypesRead => "patient-types:read",
            Self::UsersRead => "users:read",
            Self::ClinicsRead => "clinics:read",
            Self::DocumentsWrite => "documents:write",
            Self::DocumentTypesRead => "document-types:read",
            Self::ActionCodesRead => "actioncodes:read",
            Self::RecordSignaturesWrite => "record-signatures:write",
            Self::OrganizationRead => "organization:read",
            Self::OrganizationWrite => "organization:write",
            Self::PaymentMethodsRead => "payment-methods:read",
            Self::SystemAdmin => "system-admin",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Several scopes as a token request, an answer or a message lists them.
pub fn listed(scopes: impl IntoIterator<Item = Scope>, separator: &str) -> String {
    scopes.into_iter().map(Scope::as_str).collect::<Vec<_>>().join(separator)
}

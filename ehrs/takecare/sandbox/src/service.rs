//! The services and their operations.

/// One `.asmx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Booking,
    CareUnit,
    Patient,
    CaseNote,
    Document,
}

impl Service {
    pub const ALL: [Self; 5] = [Self::Booking, Self::CareUnit, Self::Patient, Self::CaseNote, Self::Document];

    pub fn name(self) -> &'static str {
        match self {
            Self::Booking => "Booking",
            Self::CareUnit => "CareUnit",
            Self::Patient => "Patient",
            Self::CaseNote => "CaseNote",
            Self::Document => "Document",
        }
    }

    /// Beneath the node's address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Booking => "/booking/booking.asmx",
            Self::CareUnit => "/careunit/careunit.asmx",
            Self::Patient => "/patient/patient.asmx",
            Self::CaseNote => "/casenote/casenote.asmx",
            Self::Document => "/document/document.asmx",
        }
    }

    pub fn operations(self) -> impl Iterator<Item = Operation> {
        Operation::ALL.into_iter().filter(move |operation| operation.service() == self)
    }

    pub fn operation(self, name: &str) -> Option<Operation> {
        self.operations().find(|operation| operation.name() == name)
    }
}

macro_rules! operations {
    ($($operation:ident of $service:ident, $effect:ident, method $method:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation {
            $($operation,)*
        }

        impl Operation {
            pub const ALL: [Self; [$(stringify!($operation)),*].len()] = [$(Self::$operation),*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$operation => stringify!($operation),)*
                }
            }

            /// The name of the element that answers it.
            pub fn response(self) -> &'static str {
                match self {
                    $(Self::$operation => concat!(stringify!($operation), "Response"),)*
                }
            }

            /// The name of the string in its answer.
            pub fn result(self) -> &'static str {
                match self {
                    $(Self::$operation => concat!(stringify!($operation), "Result"),)*
                }
            }

            /// How it is named inside a message.
            pub fn method(self) -> &'static str {
                match self {
                    $(Self::$operation => $method,)*
                }
            }

            pub fn service(self) -> Service {
                match self {
                    $(Self::$operation => Service::$service,)*
                }
            }

            pub fn effect(self) -> Effect {
                match self {
                    $(Self::$operation => Effect::$effect,)*
                }
            }
        }
    };
}

/// Whether an operation changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Writes,
}

operations! {
    GetTimeTypes of Booking, Reads, method "Booking.GetTimeTypes";
    GetAvailableDates of Booking, Reads, method "Booking.GetAvailableDates";
    GetAvailableTimeslots of Booking, Reads, method "Booking.GetAvailableTimeslots";
    GetBookings of Booking, Reads, method "Booking.GetBookings";
    MakeBooking of Booking, Writes, method "Booking.MakeBooking";
    RescheduleBooking of Booking, Writes, method "Booking.ReScheduleBooking";
    CancelBooking of Booking, Writes, method "Booking.CancelBooking";
    GetCareUnits of CareUnit, Reads, method "CareUnit.GetCareUnits";
    GetPatient of Patient, Reads, method "Patient.GetPatient";
    CreatePatient of Patient, Writes, method "Patient.CreatePatient";
    GetCaseNotes of CaseNote, Reads, method "CaseNote.GetCaseNotes";
    CreateCaseNote of CaseNote, Writes, method "CaseNote.CreateCaseNote";
    GetDocuments of Document, Reads, method "Document.GetDocuments";
    CreateDocument of Document, Writes, method "Document.CreateDocument";
}
